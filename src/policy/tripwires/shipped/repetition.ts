import { callPrint, editPrint, isEdit } from "../state.ts";
import type { Tripwire } from "../tripwire.ts";

/** The same thing done so often is a loop. */
export const loopAt = 3;

/** The third time that the same text in the same file is replaced by the same text. */
export const sameEdit: Tripwire = {
  name: "same-edit",
  severity: "warning",
  watches: ["call"],
  message: "This very edit was made before, more than once. Read the file as it is now and try something else.",
  check(observation, state) {
    if (observation.kind !== "call" || !isEdit(observation.tool)) return undefined;
    const print = editPrint(observation);
    const times = state.edits.filter((edit) => edit === print).length;
    return times >= loopAt ? { found: `${observation.tool}, ${times} times the same` } : undefined;
  },
};

/** A call that has failed three times, with no file changed since and no success between. */
export const sameFailure: Tripwire = {
  name: "same-failure",
  severity: "warning",
  watches: ["call"],
  message:
    "This very call has failed again and again and nothing was changed in between. Find out why, or do it another way.",
  check(observation, state) {
    if (observation.kind !== "call") return undefined;
    const print = callPrint(observation);
    const times = state.failures.find((failure) => failure.print === print)?.times ?? 0;
    return times >= loopAt ? { found: `${observation.tool}, failed ${times} times` } : undefined;
  },
};
