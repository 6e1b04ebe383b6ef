import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { describe, expect, onTestFinished, test } from "vitest";
import { flatEvent } from "../../src/protocol/event.ts";
import { foldRunEvents } from "../../src/protocol/snapshot.ts";
import { openStore } from "../../src/store/event-log.ts";
import { acquireLock } from "../../src/store/lock.ts";
import { openRecorder } from "../../src/store/recorder.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { ended, goal, opened, queued, runA, said } from "./fixtures.ts";

const source = (path: string): string => JSON.stringify(join(import.meta.dirname, "../../src", path));

/** A deck that records without end, and says the number of each construct's end after it was published. */
const busyDeck = (home: string): string => `
  import { acquireLock } from ${source("store/lock.ts")};
  import { openStore } from ${source("store/event-log.ts")};
  import { openRecorder } from ${source("store/recorder.ts")};
  const home = ${JSON.stringify(home)};
  acquireLock(home);
  const recorder = openRecorder(openStore(home), { onFault: (fault) => { throw fault; } });
  recorder.subscribe((event) => {
    if (event.type === "construct.ended") process.stdout.write(event.seq + "\\n");
  });
  const [opened, queued, said, ended] = ${JSON.stringify([
    opened(),
    queued("cx-00000001", "task"),
    said("x".repeat(2000)),
    ended("cx-00000001"),
  ])};
  recorder.record(opened);
  recorder.record(queued);
  const burst = () => {
    for (let n = 0; n < 20; n += 1) recorder.record(said);
    recorder.record(ended);
    setImmediate(burst);
  };
  burst();
`;

describe("kill -9 of a deck in the middle of its work", () => {
  test.each([5, 40, 120])(
    "after %d ends loses nothing that was told, doubles nothing, and the next deck goes on",
    async (ends) => {
      const home = join(temporaryFolder(), "home");
      const child = spawn(process.execPath, ["--input-type=module-typescript", "-e", busyDeck(home)], {
        stdio: ["ignore", "pipe", "inherit"],
        env: {},
      });
      const exit = once(child, "exit");
      onTestFinished(async () => {
        child.kill("SIGKILL");
        await exit;
      });
      const told: number[] = [];
      for await (const line of createInterface(child.stdout)) {
        told.push(Number(line));
        if (told.length === ends) child.kill("SIGKILL");
      }
      expect(await exit).toEqual([null, "SIGKILL"]);

      using lock = acquireLock(home);
      const store = openStore(home);
      const recorder = openRecorder(store, { onFault: (fault) => expect.unreachable(fault.message) });
      const seqs = [...store.eventsOf(runA)].map((event) => event.seq);
      expect(seqs).toEqual(Array.from({ length: seqs.length }, (_, n) => n + 1));
      const kept = [...store.eventsOf(runA)]
        .filter((event) => event.type === "construct.ended")
        .map((event) => event.seq);
      expect(kept.slice(0, told.length)).toEqual(told);
      expect(foldRunEvents(store.eventsOf(runA))?.constructs["cx-00000001"]?.state).toBe("done");

      expect(recorder.record(goal("go on"))?.seq).toBe(seqs.length + 1);
      await recorder.close();
      const file = readFileSync(join(home, "runs", runA, "events.ndjson"), "utf8");
      expect(file).toBe([...store.eventsOf(runA)].map((event) => `${JSON.stringify(flatEvent(event))}\n`).join(""));
      store.close();
      lock.release();
    },
  );
});
