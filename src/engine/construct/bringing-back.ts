import { relative } from "node:path";
import { isWithin } from "../../base/files.ts";
import type { AgentSession } from "../../drivers/agent.ts";
import type { Returned } from "../../protocol/workspace.ts";
import { raiseAttention } from "../attention.ts";
import type { Note } from "../journal.ts";
import { endStateOf, suspendedCause } from "./machine.ts";

export interface BringingParts {
  construct: string;
  cause: string;
  how: "polite" | "hard";
  note: Note;
  /** In the name of the deck itself. */
  noteOfDeck: Note;
}

/** Brings the work of a construct home whose agent is gone; undefined: it has worked here. */
export async function broughtBack(
  session: AgentSession,
  { construct, cause, how, note, noteOfDeck }: BringingParts,
): Promise<Returned | undefined> {
  if (session.copy === undefined) return undefined;
  // Somebody may go on in its session.
  const isOver = cause !== suspendedCause && endStateOf(cause) !== "redirected";
  const returned = await session.copy.bringBack({ construct, isOver, isHurried: how === "hard" });
  const place = session.place ?? "";
  note("workspace.returned", { construct, place, returned });
  if (returned.how === "refused")
    raiseAttention(noteOfDeck, {
      construct,
      kind: "workspace.refused",
      text: `What ${construct} has sent back from ${place} was refused: ${returned.why}.`,
      next: returned.kept === null ? returned.hint : `It is kept in ${returned.kept}. ${returned.hint}`,
    });
  return returned;
}

/**
 * Of the paths that a construct says it has written: those that are to be on this disk, and those of its copy that are not among what came
 * back.
 */
export function sortedOut(
  paths: readonly string[],
  workspace: string,
  returned: Returned,
): { here: string[]; notBack: string[] } {
  const here = paths.filter((path) => !isWithin(path, workspace));
  const away = paths.filter((path) => isWithin(path, workspace));
  if (returned.how !== "branch") return { here, notBack: away };
  const { count, first } = returned.files;
  // Of more than are named it is not known.
  const isBack = (path: string): boolean => {
    const name = relative(workspace, path);
    return count > first.length || first.some((one) => one === name || one.endsWith(`/${name}`));
  };
  return { here, notBack: away.filter((path) => !isBack(path)) };
}
