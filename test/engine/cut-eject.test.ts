import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { openWritingDeck } from "../../src/host/deck.ts";
import { call } from "../../src/offline/reply.ts";
import { startOfflineApi } from "../../src/offline/server.ts";
import { openStoreToRead } from "../../src/store/event-log.ts";
import { homePaths } from "../../src/store/home.ts";
import type { DeckEvent, EventType } from "../../src/protocol/event.ts";
import { eventually, leftOf, of, openTestDeck, outcomesOf, type TestDeckOptions } from "../kit/deck.ts";
import { remainsOf } from "../survivors/remains.ts";

const program = join(import.meta.dirname, "..", "kit", "ejecting-process.ts");

const snapshotSchema = z.looseObject({
  queue: z.array(z.looseObject({ task: z.string() })),
  constructs: z.array(
    z.looseObject({ before: z.string().nullable(), state: z.string(), cause: z.string().nullable() }),
  ),
  ejection: z.looseObject({ proven: z.boolean() }),
});

interface Dead extends AsyncDisposable {
  run: string;
  kit: Pick<TestDeckOptions, "folder" | "keep" | "api">;
  home: string;
  folder: string;
  events: () => DeckEvent[];
}

/** A deck that has died over an eject, at the first event of a type. */
async function diedAt(type: EventType): Promise<Dead> {
  const folder = mkdtempSync(join(tmpdir(), "deck-eject-"));
  const home = join(folder, "workspace", ".cyberdeck");
  const api = await startOfflineApi({
    answer({ firstUserText }) {
      const name = /One|Two/.exec(firstUserText)?.[0] ?? "none";
      return call("Bash", { command: `touch started-${name}; sleep 300 & setsid sleep 301 & wait` });
    },
  });
  const child = spawn(process.execPath, [program, folder, api.url, type], { stdio: ["ignore", "inherit", "inherit"] });
  const [, signal]: unknown[] = await once(child, "exit");
  expect(signal).toBe("SIGKILL");
  const read = (): DeckEvent[] => {
    const reader = openStoreToRead(home);
    try {
      return reader.runs().flatMap((run) => [...reader.eventsOf(run)]);
    } finally {
      reader.close();
    }
  };
  return {
    run: read()[0]?.run ?? "",
    kit: { folder, keep: true, api },
    home,
    folder,
    events: read,
    async [Symbol.asyncDispose]() {
      await api.close();
      for (const line of remainsOf(folder)) process.kill(Number.parseInt(line, 10), "SIGKILL");
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** Everything that is to be so when the eject is complete. */
function checkEjected({ events, folder, home, run }: Dead): void {
  const all = events();
  const ids = of(all, "construct.queued").map(({ body }) => body.construct);
  expect(outcomesOf(all).map(({ id, state, cause }) => `${id} ${state} ${cause}`)).toEqual(
    expect.arrayContaining(ids.map((id) => `${id} killed eject`)),
  );
  expect(outcomesOf(all).length).toBe(3);
  // Nothing of it has started again.
  expect(of(all, "construct.started").length).toBe(2);
  expect(of(all, "run.ejecting").map(({ body, source }) => [body.reason, body.completes, source])).toEqual([
    ["enough", false, "netrunner"],
    ["enough", true, "engine"],
  ]);
  const ejected = of(all, "run.ejected").at(-1)?.body;
  expect(ejected).toMatchObject({ proven: true, survivors: [], problems: [], at_work: 2, queued: 1 });
  expect(of(all, "run.closed").map(({ body }) => `${body.status} ${body.reason}`)).toEqual(["stopped eject: enough"]);
  const snapshot = snapshotSchema.parse(JSON.parse(readFileSync(join(home, "runs", run, "eject.json"), "utf8")));
  expect(snapshot.queue.map(({ task }) => task)).toEqual(["Three."]);
  expect(snapshot.constructs.map(({ before, state, cause }) => `${before} ${state} ${cause}`).sort()).toEqual([
    "queued killed eject",
    "running killed eject",
    "running killed eject",
  ]);
  expect(snapshot.ejection.proven).toBe(true);
  expect(leftOf(all)).toEqual([]);
  expect(remainsOf(folder).filter((line) => line.includes("sleep 30"))).toEqual([]);
}

const untilClosed = ({ events }: Dead): Promise<boolean> =>
  eventually(() => of(events(), "run.closed").length > 0, "the run is closed");

describe("an eject over which the deck is killed", () => {
  test.each(["run.ejecting", "construct.ended", "run.ejected"] as const)(
    "at %s is completed by the next host of the home, which starts nothing of the run again",
    async (type) => {
      await using dead = await diedAt(type);
      expect(of(dead.events(), "run.closed")).toEqual([]);
      const self = { kind: "host", version: "0", started: null, provider: "" } as const;
      await using _kit = await openTestDeck({
        ...dead.kit,
        open: (options, provide) => openWritingDeck({ ...options, self }, provide),
      });
      await untilClosed(dead);
      checkEjected(dead);
    },
  );

  test("is completed by a deck that is no host, too", async () => {
    await using dead = await diedAt("run.ejecting");
    await using _kit = await openTestDeck(dead.kit);
    expect(await untilClosed(dead)).toBe(true);
    checkEjected(dead);
  });

  test("is what a resume of the run completes, where nobody knows any more that its deck has died", async () => {
    await using dead = await diedAt("run.ejecting");
    rmSync(homePaths(dead.home).lockHolder, { force: true });
    await using kit = await openTestDeck(dead.kit);
    expect((await kit.deck.send({ type: "runs.open" })).runs).toEqual([]);
    const resumed = await kit.resume(dead.run, { say: "go on" });
    await kit.untilClosed(resumed.afterSeq);
    checkEjected(dead);
  });

  test("and completed is over: a later resume goes on with nothing of it, and does not eject again", async () => {
    await using dead = await diedAt("run.ejecting");
    await using kit = await openTestDeck(dead.kit);
    expect(await untilClosed(dead)).toBe(true);
    const resumed = await kit.resume(dead.run);
    const events = await kit.untilClosed(resumed.afterSeq);
    expect(of(events, "run.ejecting")).toEqual([]);
    expect(of(events, "construct.started")).toEqual([]);
  });
});
