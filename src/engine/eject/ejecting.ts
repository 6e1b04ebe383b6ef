import type { Ejection } from "../../protocol/ejection.ts";
import type { RunView } from "../../protocol/view.ts";
import { noteFor } from "../journal.ts";
import type { RunParts } from "../run-parts.ts";
import type { RunWorks } from "../run-works.ts";
import type { CutEject } from "./cut-eject.ts";
import { ejectRun } from "./eject-run.ts";

/** The eject of one run, of which there is one at the most. */
export interface Ejecting {
  /** What comes of it; undefined as long as nobody has wished for it. */
  readonly begun: Promise<Ejection> | undefined;
  /** The first wish begins it; each gets what comes of it. */
  begin(reason: string): Promise<Ejection>;
  /** Does one over which an earlier deck has died anew, as soon as what that one has left is settled. */
  complete(cut: CutEject, settled: Promise<void>): Promise<Ejection>;
}

export function ejectingOf(parts: {
  view: RunView;
  run: RunParts;
  works: Pick<RunWorks, "fleet" | "authoring" | "pool">;
  /** The daemon has no further turn. */
  stopDaemon: () => void;
  killDaemon: () => Promise<unknown>;
}): Ejecting {
  const { view, run, works } = parts;
  let begun: Promise<Ejection> | undefined;
  const eject = (reason: string, cut?: CutEject): Promise<Ejection> => {
    const note = noteFor(run.record, view.run, cut === undefined ? "netrunner" : "engine");
    const others = [
      { name: "daemon", deny: parts.stopDaemon, kill: parts.killDaemon },
      { name: "author", kill: () => works.authoring.close() },
      { name: "pool", kill: () => works.pool.close() },
    ];
    return ejectRun({ reason, view, run, note, cut, fleet: works.fleet, others });
  };
  return {
    get begun() {
      return begun;
    },
    begin: (reason) => (begun ??= eject(reason)),
    complete: (cut, settled) => (begun = settled.then(() => eject(cut.reason, cut))),
  };
}
