import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { EventDraft } from "../src/protocol/event.ts";
import { openStore } from "../src/store/event-log.ts";
import { openRecorder } from "../src/store/recorder.ts";
import { openRunFolder } from "../src/store/run-folder.ts";
import { spreadOf, type Bench } from "./measurement.ts";

/** One `record` call: of a change of state, which is on disk when it returns, and of what agents say, which is batched. */
export const storeAppend: Bench = {
  name: "store.append",
  about: "recording an event, synced and batched",
  async run({ emit }) {
    const home = mkdtempSync(join(tmpdir(), "deck-bench-"));
    try {
      using store = openStoreIn(home);
      const { run } = await openRunFolder(home, Date.now());
      const recorder = openRecorder(store.opened, {
        onFault: (fault) => {
          throw fault;
        },
      });
      const time = (drafts: EventDraft[]): number[] =>
        drafts.map((draft) => {
          const began = performance.now();
          recorder.record(draft);
          return (performance.now() - began) * 1000;
        });
      const synced = time(
        Array.from({ length: 500 }, (_, turn) => ({
          type: "daemon.status",
          run,
          source: "dm-00000000",
          body: { daemon: "dm-00000000", status: turn % 2 === 0 ? "working" : "waiting" },
        })),
      );
      const text = "A sentence as agents say it, again and again. ".repeat(10);
      const batched = time(
        Array.from({ length: 5000 }, () => ({
          type: "construct.said",
          run,
          source: "cx-00000000",
          body: { construct: "cx-00000000", text },
        })),
      );
      await recorder.close();
      for (const figure of spreadOf("store.append.synced", "us", synced)) emit(figure);
      for (const figure of spreadOf("store.append.batched", "us", batched, "a commit falls into every 500th"))
        emit(figure);
    } finally {
      rmSync(home, { recursive: true, force: true });
    }
  },
};

function openStoreIn(home: string): { opened: ReturnType<typeof openStore> } & Disposable {
  const opened = openStore(home);
  return { opened, [Symbol.dispose]: () => opened.close() };
}
