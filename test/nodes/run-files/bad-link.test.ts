import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { systemClock } from "../../../src/base/clock.ts";
import { Fault } from "../../../src/base/fault.ts";
import { hostRunFiles } from "../../../src/nodes/host/run-files.ts";
import { remoteSession } from "../../../src/nodes/host/remote-session.ts";
import type { Things } from "../../../src/nodes/hub/hub.ts";
import { nodeRunFiles } from "../../../src/nodes/node/run-files.ts";
import { nodeWireVersion } from "../../../src/nodes/wire/letters.ts";
import type { Opening } from "../../../src/nodes/wire/opening.ts";
import { numbersFrom } from "../../durable/scenario.ts";
import { temporaryFolder } from "../../kit/temporary-folder.ts";
import { inForce, judging } from "../kit/finds.ts";
import { until } from "../kit/hub.ts";
import { joined } from "../kit/line.ts";
import { puppet, turnEnded } from "../kit/puppet.ts";

const run = "run-20260101-000000-aaaa";

/** A store of things in a folder, which has no room now and then. */
function storeIn(folder: string, chance: () => number): Things & { names: () => string[] } {
  const pathOf = (name: string): string => join(folder, name.replaceAll("/", "_"));
  const fail = (): void => {
    if (chance() < 0.3) throw new Fault("storage", "hub.full", "there is no room", { hint: "Wait." });
  };
  return {
    async put(name, file) {
      fail();
      copyFileSync(file, pathOf(name));
      return {
        name,
        bytes: statSync(file).size,
        sha256: createHash("sha256").update(readFileSync(file)).digest("hex"),
      };
    },
    async get(name, file) {
      fail();
      copyFileSync(pathOf(name), file);
      return { name, bytes: 0, sha256: "" };
    },
    async remove(name) {
      rmSync(pathOf(name), { force: true });
      return true;
    },
    names: () => readdirSync(folder),
  };
}

describe("files of a run over a link that loses, doubles and delays, and a store that fails now and then", () => {
  test.each([1, 2, 3, 4, 5, 6])("come whole, in the state of each turn's end, and once (seed %i)", async (seed) => {
    const number = numbersFrom(seed);
    const chance = (): number => number(1000) / 1000;
    const [root, data] = [temporaryFolder(), temporaryFolder()];
    const folder = join(root, "runs", run);
    const store = join(root, "store");
    for (const path of [folder, store]) mkdirSync(path, { recursive: true });
    const things = storeIn(store, chance);
    const told: string[] = [];
    const times = { tryMs: 5000, againMs: 5 };
    const host = hostRunFiles({
      things,
      scratch: join(root, "scratch"),
      tell: (_node, _session, what) => void told.push(what),
      clock: systemClock,
      times,
    });
    const to = { session: "cx-1", epoch: 1, boot: "one-1" };
    const bring = host.of(to, { id: "cx-1", run: { id: run, folder } }, "one");
    const node = nodeRunFiles({
      me: "one",
      life: "one-1",
      data,
      things,
      ask: (asked, known) => host.give(asked, known, "one"),
      over: new AbortController().signal,
      openRuns: () => undefined,
      clock: systemClock,
      times,
    });
    const opening: Opening = {
      wire: nodeWireVersion,
      space: null,
      session: "cx-1",
      epoch: 1,
      run: { id: run, folder },
      cwd: data,
      caliber: { model: "sonnet", effort: "low" },
      fast: false,
      isSpare: false,
      resume: null,
      wall: false,
    };
    const files = node.of(opening, to);
    writeFileSync(join(folder, "given"), "of the host");
    await files?.fetch(data);
    const there = join(data, "runs", run);
    expect(readFileSync(join(there, "given"), "utf8")).toBe("of the host");
    const agent = puppet();
    const { line } = joined({ ...judging(), open: agent.open, files }, chance);
    const owner = { gate: () => Promise.reject(new Error("nothing is called")) };
    const session = await remoteSession(line, owner, { token: "t", policy: () => inForce, files: bring });
    let turns = 0;
    const seen: string[][] = [];
    const reading = (async () => {
      for await (const event of session.events)
        if (event.type === "turn.ended") {
          seen.push(["a", "given"].map((name) => readFileSync(join(folder, name), "utf8")));
          turns += 1;
          if (turns === 5) break;
        }
    })();
    for (let turn = 1; turn <= 5; turn += 1) {
      writeFileSync(join(there, "a"), `turn ${turn}`);
      writeFileSync(join(there, "given"), `changed in turn ${turn}`);
      agent.does(turnEnded);
      await until(() => turns === turn);
    }
    await reading;
    expect(seen).toEqual([1, 2, 3, 4, 5].map((turn) => [`turn ${turn}`, `changed in turn ${turn}`]));
    expect(readdirSync(folder).toSorted()).toEqual(["a", "given"]);
    expect(told).toEqual([]);
    expect(things.names()).toEqual([]);
    await session.stop("hard");
    await host.close();
    node.close();
  });
});
