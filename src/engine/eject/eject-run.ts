import type { Ejection } from "../../protocol/ejection.ts";
import type { RunView } from "../../protocol/view.ts";
import type { Fleet } from "../fleet.ts";
import type { Note } from "../journal.ts";
import type { RunParts } from "../run-parts.ts";
import { eject, type EjectPart } from "./sequence.ts";
import { ejectSnapshot, momentOf } from "./snapshot.ts";

export interface EjectRunParts {
  reason: string;
  view: RunView;
  run: RunParts;
  /** In the netrunner's name. */
  note: Note;
  fleet: Fleet;
  /** Whatever else of the run has agents. */
  others: EjectPart[];
}

/** Stops everything in a run, puts what came of it on the record and keeps a snapshot of the moment. Never rejects. */
export async function ejectRun({ reason, view, run, note, fleet, others }: EjectRunParts): Promise<Ejection> {
  const { roll, clock, endCanary } = run;
  const moment = momentOf(view, clock.now());
  const { alive, inFlight } = fleet;
  note("run.ejecting", { reason });
  const ejection = await eject({
    reason,
    fleet: { name: "fleet", deny: () => fleet.deny("eject"), kill: () => fleet.stopAll("eject", "hard", "end") },
    others: [
      ...others,
      { name: "trial of the gate", kill: async () => endCanary?.() },
      { name: "all agents", deny: () => roll.shut(), kill: () => roll.kill() },
    ],
    marks: () => [...new Set([...roll.marks, ...Object.keys(view.constructs)])],
    keep: (facts) => run.writeEject(ejectSnapshot(view, moment, facts, roll.marks)),
    atWork: alive,
    queued: inFlight - alive,
  });
  note("run.ejected", ejection);
  return ejection;
}
