import { basename, join } from "node:path";
import { isWithin } from "./within.ts";
import type { Argument } from "../shell/argument.ts";
import type { BrakeContext, Scene } from "../brake/context.ts";
import { decksOf } from "./decks.ts";
import { locate, type Place } from "./paths.ts";
import { record } from "./record.ts";
import { firstRefusal, refuse, type Refusal } from "../brake/refusal.ts";
import { representative } from "./representative.ts";
import { anyFile } from "../shell/shape.ts";

/**
 * What a command does with a path. `file`: writes or replaces it. `remove`: deletes or moves it away.
 * `folder`: makes sure that the folder exists, or puts something into it.
 */
export type WritePurpose = "file" | "remove" | "folder";

/** May this word of a shell line be written to? Its value must be known, in every folder the command may run in. */
export function writable(path: Argument, scene: Scene, purpose: WritePurpose): Refusal | undefined {
  if (path.kind === "known")
    return firstRefusal(scene.folders, (folder) => writableText(path.text, folder, scene.context, purpose));
  if (path.kind === "pattern") return writablePattern(path, scene, purpose);
  return refuse("write.unknown", `${path.text} is not known before it runs; write the path out literally.`);
}

/** May this path be written to? Inside the workspace, the run folder or /tmp, and not in what protects them. */
export function writableText(
  text: string,
  folder: string,
  context: BrakeContext,
  purpose: WritePurpose,
): Refusal | undefined {
  if (context.tier === "paranoid")
    return refuse("tier.paranoid", "The paranoid tier allows reading only: report the content instead of writing it.");
  if (text === "" || text.includes("\0"))
    return refuse("write.malformed", "That is not a path. Give an absolute path.");
  if (purpose === "remove" && text.includes(anyFile))
    return refuse("write.pattern", "That may be any file of the workspace; name what you want to remove.");
  const place = locate(text, folder, context);
  return (
    inZone(place, context) ?? firstRefusal([place.plain, place.real], (path) => unprotected(path, context, purpose))
  );
}

const scratch = "/tmp";

function inZone(place: Place, context: BrakeContext): Refusal | undefined {
  const zones = [context.workspace, context.runFolder, scratch, ...(context.policy?.writable ?? [])];
  const real = zones.map((zone) => context.realPath(zone));
  const plainInside = [...zones, ...real].some((zone) => isWithin(place.plain, zone));
  if (plainInside && real.some((zone) => isWithin(place.real, zone))) return undefined;
  const spelled = plainInside ? `${place.plain}, which leads to ${place.real},` : place.plain;
  return refuse(
    "write.outside",
    `${spelled} is outside of what may be changed: the workspace ${context.workspace}, the run folder ` +
      `${context.runFolder}, and ${scratch}.`,
  );
}

function unprotected(path: string, context: BrakeContext, purpose: WritePurpose): Refusal | undefined {
  const { workspace, home, runFolder, realPath } = context;
  const both = (folder: string): string[] => [folder, realPath(folder)];
  const decks = decksOf(context);
  const homes = decks.map(({ deckHome }) => deckHome);
  const runs = decks.flatMap((deck) => both(deck.runFolder));
  const { writable = [], protected: kept = [] } = context.policy ?? {};
  const guarded = [workspace, ...runs, ...homes, home, scratch, ...writable, ...kept].flatMap(both);
  if (purpose !== "folder" && guarded.some((guard) => isWithin(guard, path)))
    return refuse(
      "write.root",
      `${path} is, or contains, a folder that must stay; name single files or folders in it.`,
    );
  const ours = runs.some((folder) => isWithin(path, folder));
  if (!ours && homes.flatMap(both).some((folder) => isWithin(path, folder)))
    return refuse(
      "write.deck",
      `${path} belongs to the deck; of its folder only the run folder ${runFolder} is yours.`,
    );
  const protecting = kept.find((guard) => isWithin(path, guard) || isWithin(path, realPath(guard)));
  if (protecting !== undefined)
    return refuse("write.protected", `${protecting} is protected by the netrunner's policy file; leave it as it is.`);
  const records = runs.flatMap((folder) => record.map((name) => join(folder, name)));
  if (records.some((name) => isWithin(path, name)))
    return refuse("write.record", `${path} is the deck's record of this run; choose another name in the run folder.`);
  const steps = path.toLowerCase().split("/");
  if (steps.includes(".git"))
    return refuse("write.git", "Nothing may be written in .git (hooks run code); use `git add` and `git commit`.");
  const settings = steps.indexOf(".claude");
  if (settings !== -1 && !ours && /^(?:settings.*)?$/.test(steps[settings + 1] ?? ""))
    return refuse("write.settings", "The agent's own settings are not yours to change; leave .claude as it is.");
  // Where the workspace contains the home, dot files there are startup files, keys and settings.
  const homeIsOpen = workspace === home || !isWithin(workspace, home);
  if (homeIsOpen && !ours && path.startsWith(`${home}/.`))
    return refuse("write.home", `${path} is a personal setting in the home folder; keep to the project's own files.`);
  if (basename(path).startsWith("-"))
    return refuse(
      "write.name",
      `A file name that begins with a dash reads like an option; choose another for ${path}.`,
    );
  return undefined;
}

/** A path with wildcards: none of what it may mean may be protected, and all of it has to be open. */
function writablePattern(path: Argument, scene: Scene, purpose: WritePurpose): Refusal | undefined {
  const sample = representative(path, scene.folders, scene.context);
  if (sample === undefined)
    return refuse("write.pattern", `${path.text} may also mean what must stay; name the files instead.`);
  return firstRefusal(scene.folders, (folder) => writableText(sample, folder, scene.context, purpose));
}
