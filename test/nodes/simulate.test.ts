import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { heard } from "../../bench/nodes/host.ts";
import { asItIs, batched, measured } from "../../scripts/simulate/costs.ts";
import { agenda, worker } from "../../scripts/simulate/events.ts";
import { live, type Fleet } from "../../scripts/simulate/fleet.ts";
import { hostLines } from "../../src/nodes/host/lines.ts";
import { remoteSession } from "../../src/nodes/host/remote-session.ts";
import { fromNodeSchema } from "../../src/nodes/wire/letters.ts";
import { hubOf } from "./kit/hub.ts";
import { startNats, theServer } from "./kit/nats.ts";

const small: Fleet = { nodes: 3, constructs: 30, costs: measured, habits: asItIs, seed: 1, seconds: 20 };

describe("the simulated fleet", () => {
  test("does what is due in the order of time, and of what is due at once in the order in which it was said", () => {
    const calendar = agenda();
    const done: string[] = [];
    for (const [time, name] of [
      [5, "c"],
      [1, "a"],
      [5, "d"],
      [3, "b"],
      [9, "late"],
    ] as const)
      calendar.at(time, () => {
        done.push(`${name}${calendar.now}`);
        if (name === "b") calendar.at(1, () => done.push(`past${calendar.now}`));
      });
    expect(calendar.run(8)).toBe(5);
    expect(done).toEqual(["a1", "b3", "past3", "c5", "d5"]);
  });

  test("has one worker do one thing after the other, and tells how much it had to do", () => {
    const calendar = agenda();
    const done: number[] = [];
    const one = worker(calendar);
    for (const ms of [2, 3]) one.does(ms * 1000, () => done.push(calendar.now));
    expect(one.behindMs()).toBe(5);
    calendar.run(10);
    expect(done).toEqual([2, 5]);
    expect(one.busy()).toBe(0.5);
  });

  test("is the same for the same seed, and another for another", () => {
    expect(live(small)).toEqual(live(small));
    expect(live({ ...small, seed: 2 })).not.toEqual(live(small));
  });

  test("has more to do with more constructs, less with letters held together, and loses no lease before it is full", () => {
    const usual = live(small);
    const more = live({ ...small, constructs: 60 });
    const less = live({ ...small, habits: batched });
    expect(more.host).toBeGreaterThan(usual.host * 1.2);
    expect(less.lettersPerSecond).toBeLessThan(usual.lettersPerSecond / 3);
    expect([usual.lost, more.lost, less.lost]).toEqual([0, 0, 0]);
  });

  test("shows a host that cannot keep up: it is behind, and gets little more to read by that", () => {
    const slow = live({ ...small, costs: { ...measured, hostLetter: measured.hostLetter * 1300 } });
    expect(slow.host).toBeGreaterThan(1);
    expect(slow.again).toBeGreaterThan(0);
    expect(slow.again).toBeLessThan(0.25);
  });
});

describe.each(theServer("the simulation beside the real thing"))("the simulation beside %s", () => {
  test("takes for a letter at the host what it takes there, within a factor of three", async () => {
    const [sessions, each] = [200, 60];
    // How fast this machine is just now, by what was measured of the same beside the hub.
    const here = (await heard(sessions, each)).letterUs / measured.hostLetterAlone;
    await using server = await startNats();
    await using host = await hubOf(server, "host");
    const script = join(import.meta.dirname, "kit/saying-process.ts");
    const node = spawn(process.execPath, [script, server.url, String(sessions), String(each)], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    const gone = once(node, "close");
    try {
      const said = await Promise.race([once(node.stdout, "data"), gone.then(() => "it has ended")]);
      expect(String(said)).toBe("ready\n");
      const lines = hostLines({
        send: (letter) => void host.hub.letters.send("n1", letter),
        kept: () => new Promise((resolve) => setImmediate(resolve)),
        onStranger: () => undefined,
      });
      host.hub.letters.listen(fromNodeSchema, (letter) => lines.take(letter));
      let left = sessions * (each - 1);
      const all = Promise.withResolvers<void>();
      const owner = { gate: () => Promise.reject(new Error("nobody asks")) };
      const reading = Array.from({ length: sessions }, async (_, at) => {
        const line = lines.open({ session: `cx-${at}`, epoch: 1, boot: "b" });
        const session = await remoteSession(line, owner, { token: "token", policy: () => "1" });
        for await (const _event of session.events) {
          left -= 1;
          if (left === 0) all.resolve();
        }
      });
      const before = process.cpuUsage();
      await host.hub.asking.ask("n1", { what: "begin", id: "1", body: {}, timeoutMs: 5000 }, z.unknown());
      await all.promise;
      const { user, system } = process.cpuUsage(before);
      const real = (user + system) / (sessions * each);
      const simulated = measured.hostLetter * here;
      expect(real / simulated, `real ${real} us, simulated ${simulated} us`).toBeGreaterThan(1 / 3);
      expect(real / simulated, `real ${real} us, simulated ${simulated} us`).toBeLessThan(3);
      lines.close();
      await Promise.all(reading);
    } finally {
      node.kill("SIGKILL");
      await gone;
    }
  });
});
