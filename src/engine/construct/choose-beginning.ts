import type { Outcome } from "../../protocol/outcome.ts";
import { freshBeginning, heirBeginning, resumedBeginning, type Beginning } from "./beginning.ts";
import type { Letter } from "./mail.ts";
import type { Before, SpawnSpec } from "./outcome-of.ts";
import type { ConstructParts } from "./parts.ts";
import { estateOf } from "./yielding.ts";

export interface Past {
  /** What it was told while it was queued. */
  told: Letter[];
  /** What it was when it was suspended, if it was. */
  before: Before | undefined;
  /** How another one has ended; of one that was redirected, how the one in its place has. */
  outcomeOf: (id: string) => Outcome | undefined;
  /** How the one has ended in whose place it goes on, if it does. */
  parent: Outcome | undefined;
  /** The place on which that one was. */
  parentPlace: string | null;
}

/** How a construct that leaves the queue begins: afresh, where it was suspended, or in the session of the one before it. */
export function chooseBeginning(
  spec: SpawnSpec,
  parts: ConstructParts,
  { told, before, outcomeOf, parent, parentPlace }: Past,
): Beginning {
  const earlier = spec.after.flatMap((other) => outcomeOf(other) ?? []);
  // One that was suspended before it had the session of the one before it has still to take that up.
  if (parent !== undefined && parent.session_id !== null && (before?.suspended.session_id ?? null) === null)
    return heirBeginning(spec, parts, {
      task: parent.task,
      estate: Promise.resolve(estateOf(parent, parentPlace)),
      told,
    });
  return before === undefined
    ? freshBeginning(spec, parts, { earlier, told })
    : resumedBeginning(spec, parts, { before, earlier, told, replaced: parent?.task });
}
