import { relative, resolve } from "node:path";
import { isWithin } from "../../base/files.ts";
import type { AgentSession } from "../../drivers/agent.ts";
import type { WrittenFile } from "../../protocol/outcome.ts";
import type { Returned } from "../../protocol/workspace.ts";
import { raiseAttention } from "../attention.ts";
import type { Note } from "../journal.ts";
import type { AgentDeaths } from "./agent-death.ts";
import { endStateOf, suspendedCause } from "./machine.ts";
import { checkFiles } from "./written-files.ts";

export interface BringingParts {
  construct: string;
  cause: string;
  note: Note;
  /** In the name of the deck itself. */
  noteOfDeck: Note;
  deaths: Pick<AgentDeaths, "outlives">;
  /** Something wants it to end: it does not go on. */
  isOverdue: () => boolean;
  /** Aborts when its deck waits for it, or has been aborted. */
  hurry: AbortSignal;
}

/** A deck that ends waits for its constructs, each for a few seconds. */
const hurried: ReadonlySet<string> = new Set(["eject", "host_shutdown", suspendedCause]);

/** Whether somebody who ends a construct for this waits for it. */
export const isHurry = (cause: string): boolean => hurried.has(cause);

/**
 * Brings the work of a construct home whose agent is gone; undefined: it has worked here; "goes on": it was done, but its machine was
 * given up before its work was here, so it goes on as one whose agent was killed.
 */
export async function broughtBack(
  session: AgentSession,
  { construct, cause, note, noteOfDeck, deaths, isOverdue, hurry }: BringingParts,
): Promise<Returned | "goes on" | undefined> {
  if (session.copy === undefined) return undefined;
  // Somebody may go on in its session.
  const isOver = cause !== suspendedCause && endStateOf(cause) !== "redirected";
  const returned = await session.copy.bringBack({ construct, isOver, hurry });
  const { lost } = session.copy;
  const isLostWithMachine = returned.how === "lost" && lost !== undefined && endStateOf(cause) === "done";
  if (isLostWithMachine && !isOverdue() && deaths.outlives({ how: "lost", reason: lost, stderr: "" })) return "goes on";
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

/** Where a construct writes, by the host's paths. */
export interface WrittenPlaces {
  workspace: string;
  /** May lie in the workspace: of what is in it, nothing is in a copy. It travels by itself. */
  runFolder: string;
}

/**
 * Of the paths that a construct says it has written: the files that are on this disk, and those that are not, nor among what came back of
 * its copy.
 */
export async function filesOf(
  written: Iterable<string>,
  { workspace, runFolder }: WrittenPlaces,
  returned: Returned | null,
): Promise<{ files: WrittenFile[]; missing: string[] }> {
  const paths = [...written].map((path) => resolve(workspace, path));
  if (returned === null) return checkFiles(paths, workspace);
  const isInCopy = (path: string): boolean => isWithin(path, workspace) && !isWithin(path, runFolder);
  const { files, missing } = await checkFiles(
    paths.filter((path) => !isInCopy(path)),
    workspace,
  );
  const away = paths.filter((path) => isInCopy(path) && !isBack(relative(workspace, path), returned));
  return { files, missing: [...missing, ...away] };
}

function isBack(name: string, returned: Returned): boolean {
  if (returned.how !== "branch") return false;
  const { count, first } = returned.files;
  // Of more than are named it is not known.
  return count > first.length || first.some((one) => one === name || one.endsWith(`/${name}`));
}
