import type { Ejection } from "../../protocol/ejection.ts";
import { endStates } from "../../protocol/outcome.ts";
import type { RunView } from "../../protocol/view.ts";
import type { Fleet } from "../fleet.ts";
import type { Note } from "../journal.ts";
import type { RunParts } from "../run-parts.ts";
import type { CutEject } from "./cut-eject.ts";
import { eject, type EjectPart } from "./sequence.ts";
import { ejectSnapshot, momentOf } from "./snapshot.ts";

export interface EjectRunParts {
  reason: string;
  view: RunView;
  run: RunParts;
  /** In the name of whoever wants it. */
  note: Note;
  /** It is the completion of an eject that was cut short by the death of its deck. */
  cut: CutEject | undefined;
  fleet: Fleet;
  /** Whatever else of the run has agents. */
  others: EjectPart[];
}

/** Stops everything in a run, puts what came of it on the record and keeps a snapshot of the moment. Never rejects. */
export async function ejectRun({ reason, view, run, note, cut, fleet, others }: EjectRunParts): Promise<Ejection> {
  const { roll, clock, endCanary } = run;
  const marks = (): string[] => [...roll.marks, ...(cut?.marks ?? [])];
  const moment = cut?.moment ?? momentOf(view, clock.now());
  const { atWork, queued } = cut === undefined ? countsOf(fleet) : countsIn(cut);
  note("run.ejecting", { reason, completes: cut !== undefined });
  const ejection = await eject({
    reason,
    fleet: { name: "fleet", deny: () => fleet.deny("eject"), kill: () => fleet.stopAll("eject", "hard", "end") },
    others: [
      ...others,
      { name: "trial of the gate", kill: async () => endCanary?.() },
      { name: "all agents", deny: () => roll.shut(), kill: () => roll.kill() },
    ],
    marks: () => [...new Set([...marks(), ...Object.keys(view.constructs)])],
    elsewhere: () => [...(cut?.elsewhere ?? []), ...roll.unproven],
    keep: (facts) => run.writeEject(ejectSnapshot(view, moment, facts, marks())),
    atWork,
    queued,
  });
  note("run.ejected", ejection);
  return ejection;
}

interface Counts {
  atWork: number;
  queued: number;
}

const countsOf = ({ alive, inFlight }: Fleet): Counts => ({ atWork: alive, queued: inFlight - alive });

function countsIn({ moment }: CutEject): Counts {
  const open = Object.values(moment.states).filter((state) => !isEndState(state));
  const queued = open.filter((state) => state === "queued" || state === "suspended").length;
  return { atWork: open.length - queued, queued };
}

const isEndState = (state: string): boolean => endStates.some((end) => end === state);
