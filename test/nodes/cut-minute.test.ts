import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { pause } from "../../src/base/clock.ts";
import { bearersOf } from "../kit/deck.ts";
import { remainsOf } from "../survivors/remains.ts";
import { call, say, type Answerer } from "../../src/offline/reply.ts";
import { atWork, childrenOf } from "./kit/at-work.ts";
import { hostLives } from "./kit/host-process.ts";
import { until } from "./kit/hub.ts";
import { startNats, theServer } from "./kit/nats.ts";
import { openNodeScene } from "./kit/node-process.ts";
import { startRelay } from "./kit/relay.ts";

vi.setConfig({ testTimeout: 300_000 });

/** By the clock, and with the lease that a fleet has: twice of that. */
const minute = 60_000;

/** Works until it is ended from outside, and gets by when it is to do that again. */
const answer: Answerer = (request) => {
  if (!request.firstUserText.includes("Work anywhere.")) return atWork(request);
  if (request.toolResults.length > 0) return say("Did it anew.");
  return call("Bash", {
    command: "if test -e first; then touch second; else touch first; setsid sleep 301 & wait; fi",
  });
};

describe.each(theServer("a link that is cut for a minute"))("a link that is cut for a minute, over %s", () => {
  test("loses and doubles nothing: what may run elsewhere goes on there at once, what may not goes on when it is back", async () => {
    await using server = await startNats();
    await using link = await startRelay(Number(new URL(server.url).port));
    await using scene = await openNodeScene(server, answer);
    const lives = hostLives(scene, server);
    const host = await lives.begin();
    const cutOff = scene.node("node-a", "--hub", link.url, "--label", "only-here");
    await cutOff.told("lease.granted");
    await lives.spawn(["Work anywhere."], "--sandbox", "off");
    await lives.spawn(["Work there."], "--sandbox", "off", "--label", "only-here");
    const started = (): Record<string, (string | null | undefined)[]> => {
      const starts = lives.recorded().filter(({ type }) => type === "construct.started");
      const byConstruct = Object.groupBy(starts, ({ construct = "" }) => construct);
      return Object.fromEntries(
        Object.entries(byConstruct).map(([id, some = []]) => [id, some.map(({ place }) => place)]),
      );
    };
    await until(
      () => Object.keys(started()).length === 2 && childrenOf(Object.keys(started())).length >= 2,
      () => [host.errors(), lives.recorded().slice(-5)],
      90_000,
    );
    const constructs = Object.keys(started());
    const spare = scene.node("node-b");
    await spare.told("lease.granted");

    const isOver = pause(minute).then(() => link.mend());
    link.cut();
    // It has ended what it had, with proof, before the host has given that to somebody else.
    expect(await cutOff.told("lease.over")).toMatchObject({ why: "silence", sessions: 2, proven: true });
    expect(constructs.flatMap(bearersOf)).toEqual([]);
    expect(lives.recorded().filter(({ type }) => type === "construct.agent_died")).toEqual([]);
    // One of them is done while the link is still cut: its session is on the node, so its task begins anew elsewhere.
    await lives.untilClosed();
    await isOver;
    await lives.untilClosed(undefined, 2);

    const events = lives.recorded();
    const told = (type: string): typeof events => events.filter((event) => event.type === type);
    expect(told("construct.agent_died")).toMatchObject(
      [1, 2].map(() => ({ exit: expect.stringContaining("not been heard"), goes_on: true })),
    );
    expect(
      Object.values(started())
        .map((places) => places.join(" "))
        .sort(),
    ).toEqual(["node-a node-a", "node-a node-b"]);
    const [anywhere] = told("construct.restarted");
    expect(told("construct.restarted").length).toBe(1);
    expect(anywhere).toMatchObject({ reason: expect.stringContaining("node-a") });
    expect(
      Object.fromEntries(told("construct.ended").map(({ construct, outcome }) => [construct, outcome?.result])),
    ).toEqual(
      Object.fromEntries(constructs.map((id) => [id, id === anywhere?.construct ? "Did it anew." : "Went on."])),
    );
    expect(told("construct.ended").length).toBe(2);
    // What goes on in its session has not begun what it had begun once more.
    expect(readFileSync(join(scene.workspace, "begun"), "utf8")).toBe("once\n");

    expect(await lives.stop()).toBe(0);
    for (const node of [cutOff, spare]) node.signal("SIGTERM");
    expect(await Promise.all([cutOff.ended, spare.ended])).toEqual([0, 0]);
    expect(remainsOf(scene.folder)).toEqual([]);
  });
});
