import { realpath } from "node:fs/promises";
import { Fault } from "../base/fault.ts";
import { shellWords } from "../base/shell-words.ts";
import type { RunView } from "../protocol/view.ts";
import type { DeckOptions } from "./deck-options.ts";

type Place = Pick<DeckOptions, "workspace" | "home" | "offline">;

/**
 * Why a run cannot go on in a deck; undefined: it can. An agent keeps its sessions by working directory, and those of the scripted
 * model are apart from the real ones; and what was free must not begin to cost.
 */
export async function misplaced(
  { settings, workspace }: RunView,
  place: Place,
): Promise<{ why: string; flags: string[] } | undefined> {
  if (settings.offline !== place.offline)
    return settings.offline
      ? { why: "it was made with the scripted offline model", flags: ["--offline"] }
      : { why: "it was made with the real models", flags: [] };
  const [then, now] = await Promise.all(
    [workspace, place.workspace].map((path) => realpath(path).catch(() => undefined)),
  );
  // Of a workspace that is gone, the wall or the agent says so.
  return then === undefined || then === now
    ? undefined
    : { why: `it works in ${workspace}`, flags: ["--workspace", workspace, "--home", place.home] };
}

/** Throws a fault for a run that cannot go on in a deck. */
export async function mustBelong(view: RunView, place: Place): Promise<void> {
  const misfit = await misplaced(view, place);
  if (misfit === undefined) return;
  throw new Fault("refused", "run.not_here", `${view.run} cannot go on here: ${misfit.why}.`, {
    hint: `Go on with it by: ${shellWords(["cyberdeck", "run", "--resume", view.run, ...misfit.flags])} (a host that is up otherwise has to be stopped before)`,
  });
}
