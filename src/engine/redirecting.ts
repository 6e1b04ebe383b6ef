import { Fault } from "../base/fault.ts";
import { redirectCause } from "./construct/machine.ts";
import type { RunView } from "../protocol/view.ts";
import { specOf } from "./resume/earlier-life.ts";
import type { Fleet } from "./fleet.ts";
import type { Forbidding } from "./forbidding.ts";
import type { Note } from "./journal.ts";

export interface RedirectParts {
  view: RunView;
  fleet: Fleet;
  forbidding: Forbidding;
  note: (source: string) => Note;
}

/**
 * Stops what a construct does and has a new one go on in its place with this instruction: in its live session, or, where that has
 * ended by itself, in a resumed one. Throws a fault where there is nothing to go on from.
 * @returns the id of the new one
 */
export async function redirect(parts: RedirectParts, id: string, instruction: string): Promise<string> {
  const { view, fleet, note } = parts;
  refuseForbidden(parts, instruction);
  const old = Object.hasOwn(view.constructs, id) ? view.constructs[id] : undefined;
  if (old === undefined) throw unknown(id);
  if (fleet.at(id)?.custody.isSuspected === true) throw suspected(id);
  const { id: _id, ...spec } = specOf(old);
  const request = { ...spec, task: instruction, origin: "redirect" as const, parent: id };
  const tell = (successor: string): string => {
    note("netrunner")("construct.redirected", { construct: id, successor, text: instruction });
    return successor;
  };

  if (fleet.isQueued(id)) {
    const successor = tell(fleet.spawn(request));
    fleet.stop(id, redirectCause);
    return successor;
  }
  const heir = fleet.succeed(id, { ...request, after: [] });
  if (heir !== undefined) return tell(heir);
  const cause = fleet.at(id)?.cause;
  if (cause !== undefined && !isOwnEnd(cause)) throw notToGoOn(id, cause);
  // It has just ended by itself: what it leaves is a session without a process.
  const outcome = (await fleet.at(id)?.ended) ?? fleet.outcome(id);
  if (outcome === undefined) throw unknown(id);
  if (!isOwnEnd(outcome.cause) || outcome.session_id === null) throw notToGoOn(id, outcome.cause);
  const successor = tell(fleet.spawn({ ...request, after: [] }));
  fleet.pump();
  return successor;
}

/** It ended because its turn did, and not because somebody or some rule wanted it to. */
const isOwnEnd = (cause: string): boolean => /^(result|refusal|error:)/.test(cause);

function refuseForbidden({ forbidding }: RedirectParts, instruction: string): void {
  const objection = forbidding.objection(instruction);
  if (objection === undefined) return;
  throw new Fault("refused", objection.rule, `The instruction is not passed on: ${objection.reason}.`, {
    hint: 'Word it so that it is clear, or let it through in this run: cyberdeck blacklist allow "INSTRUCTION"',
  });
}

const unknown = (id: string): Fault =>
  new Fault("refused", "construct.unknown", `There is no construct ${id} in this run.`, {
    hint: "Look who there is: cyberdeck show last",
  });

const suspected = (id: string): Fault =>
  new Fault(
    "refused",
    "construct.suspected",
    `The construct ${id} does not keep to the gate, so it gets no new work.`,
    {
      hint: "Kill it, or let it go on first if you know why this has happened.",
    },
  );

const notToGoOn = (id: string, cause: string): Fault =>
  new Fault(
    "refused",
    "construct.not_at_work",
    `The construct ${id} has ended, or is about to (${cause}): nothing goes on from there.`,
    {
      hint: 'Start the work anew: cyberdeck spawn "TASK", or tell the daemon.',
    },
  );
