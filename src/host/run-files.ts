import { messageOf } from "../base/fault.ts";
import type { RunParts } from "../engine/run-parts.ts";
import type { EventDraft } from "../protocol/event.ts";
import type { Store } from "../store/event-log.ts";
import type { Recorder } from "../store/recorder.ts";
import { reportOf } from "../store/report.ts";
import type { RunFolder } from "../store/run-folder.ts";

export interface RunFilesParts {
  folder: RunFolder;
  store: Store;
  recorder: Pick<Recorder, "flush">;
  record: (draft: EventDraft) => boolean;
}

/** What a run leaves in its folder. A file that cannot be written is told, except for the snapshot of an eject: there, the call rejects. */
export function runFiles(parts: RunFilesParts): Pick<RunParts, "transcript" | "writeReport" | "writeEject"> {
  const { folder, store, recorder, record } = parts;
  const warn = (code: string, message: string): void => {
    record({ type: "deck.warned", run: folder.run, source: "engine", body: { code, message } });
  };
  return {
    transcript(id) {
      const transcript = folder.transcript(id);
      let failed = false;
      const warnOnce = (error: unknown): void => {
        if (!failed) warn("transcript.failed", messageOf(error));
        failed = true;
      };
      return {
        path: transcript.path,
        line: (text) => void transcript.append(store.redactor.text(text)).catch(warnOnce),
        close: () => transcript.close().catch(warnOnce),
      };
    },
    writeEject: (text) => folder.writeEject(store.redactor.text(text)),
    async writeReport(view) {
      try {
        await recorder.flush();
        await folder.writeReport(reportOf(store.redactor.value(view), store.eventsOf(view.run)));
      } catch (error) {
        warn("report.failed", `the report could not be written: ${messageOf(error)}`);
      }
    },
  };
}
