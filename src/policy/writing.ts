import { basename, join, relative } from "node:path";
import { isWithin } from "../base/files.ts";
import type { Argument } from "./argument.ts";
import type { BrakeContext, Scene } from "./context.ts";
import { locate, type Place } from "./paths.ts";
import { firstRefusal, refuse, type Refusal } from "./refusal.ts";
import { shapeMatches } from "./shape.ts";

/**
 * What a command does with a path. `file`: writes or replaces it. `remove`: deletes or moves it away.
 * `folder`: makes sure that the folder exists, or puts something into it.
 */
export type WritePurpose = "file" | "remove" | "folder";

/** May this word of a shell line be written to? Its value must be known, in every folder the command may run in. */
export function writable(path: Argument, scene: Scene, purpose: WritePurpose): Refusal | undefined {
  if (path.kind === "known")
    return firstRefusal(scene.folders, (folder) => writableText(path.text, folder, scene.context, purpose));
  if (path.kind === "pattern" && purpose === "remove")
    return firstRefusal(scene.folders, (folder) => writablePattern(path, folder, scene.context));
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
  return refuse(
    "write.outside",
    `${place.plain} is outside of what may be changed: the workspace ${context.workspace}, the run folder ` +
      `${context.runFolder}, and ${scratch}.`,
  );
}

function unprotected(path: string, context: BrakeContext, purpose: WritePurpose): Refusal | undefined {
  const { workspace, home, runFolder, deckHome, realPath } = context;
  const { writable = [], protected: kept = [] } = context.policy ?? {};
  const guarded = [workspace, runFolder, deckHome, home, scratch, ...writable, ...kept].flatMap((guard) => [
    guard,
    realPath(guard),
  ]);
  if (purpose !== "folder" && guarded.some((guard) => isWithin(guard, path)))
    return refuse(
      "write.root",
      `${path} is, or contains, a folder that must stay; name single files or folders in it.`,
    );
  const ours = [runFolder, realPath(runFolder)].some((folder) => isWithin(path, folder));
  if (!ours && [deckHome, realPath(deckHome)].some((folder) => isWithin(path, folder)))
    return refuse(
      "write.deck",
      `${path} belongs to the deck; of its folder only the run folder ${runFolder} is yours.`,
    );
  const protecting = kept.find((guard) => isWithin(path, guard) || isWithin(path, realPath(guard)));
  if (protecting !== undefined)
    return refuse("write.protected", `${protecting} is protected by the netrunner's policy file; leave it as it is.`);
  const records = [runFolder, realPath(runFolder)].flatMap((folder) => record.map((name) => join(folder, name)));
  if (records.some((name) => isWithin(path, name)))
    return refuse("write.record", `${path} is the deck's record of this run; choose another name in the run folder.`);
  const steps = path.toLowerCase().split("/");
  if (steps.includes(".git"))
    return refuse("write.git", "Nothing may be written in .git (hooks run code); use `git add` and `git commit`.");
  const settings = steps.indexOf(".claude");
  if (settings !== -1 && !ours && /^(?:settings.*)?$/.test(steps[settings + 1] ?? ""))
    return refuse("write.settings", "The agent's own settings are not yours to change; leave .claude as it is.");
  // Where the workspace contains the home, dot files there are startup files, keys and settings.
  const elsewhere = ![workspace, runFolder, scratch].some(
    (zone) => isWithin(path, zone) || isWithin(path, realPath(zone)),
  );
  const homeIsOpen = workspace === home || !isWithin(workspace, home) || elsewhere;
  if (homeIsOpen && !ours && path.startsWith(`${home}/.`))
    return refuse("write.home", `${path} is a personal setting in the home folder; keep to the project's own files.`);
  if (basename(path).startsWith("-"))
    return refuse(
      "write.name",
      `A file name that begins with a dash reads like an option; choose another for ${path}.`,
    );
  return undefined;
}

/** What the deck itself writes into a run's folder. */
const record = ["events.ndjson", "report.md", "transcripts"];

/** A wildcard in the last step of a path that is removed: it must not be able to mean something protected. */
function writablePattern(path: Argument, folder: string, context: BrakeContext): Refusal | undefined {
  const cut = path.text.lastIndexOf("/") + 1;
  const name = path.text.slice(cut);
  const step = path.shape.slice(path.shape.lastIndexOf("/") + 1);
  if (path.prefix.length < cut || path.text.slice(0, cut) !== path.shape.slice(0, path.shape.length - step.length))
    return refuse("write.pattern", `Wildcards may stand in the last step of a path only, not as in ${path.text}`);
  const base = locate(cut === 0 ? "." : path.text.slice(0, cut), folder, context);
  const bare = !/[a-z0-9]/i.test(name.replace(/\[[^\]]*\]/g, ""));
  for (const at of [base.plain, base.real]) {
    const roots = [context.workspace, context.runFolder, scratch, ...(context.policy?.writable ?? [])];
    if (bare && roots.some((root) => isAt(at, root, context)))
      return refuse("write.root", `${path.text} would empty ${at}; name what you want to remove.`);
    const hit = keptIn(at, context).find((child) => shapeMatches(step, child));
    if (hit !== undefined) return refuse("write.pattern", `${path.text} may also mean ${hit}; name the files instead.`);
  }
  return writableText(`${path.text.slice(0, cut)}x`, folder, context, "remove");
}

const isAt = (path: string, root: string, context: BrakeContext): boolean =>
  path === root || path === context.realPath(root);

/** The names in a folder that a wildcard must not be able to match. */
function keptIn(folder: string, context: BrakeContext): string[] {
  const { writable = [], protected: kept = [] } = context.policy ?? {};
  const guards = [context.workspace, context.runFolder, context.deckHome, context.home, ...writable, ...kept];
  const onTheWay = guards
    .flatMap((guard) => [guard, context.realPath(guard)])
    .filter((guard) => guard !== folder && isWithin(guard, folder))
    .map((guard) => relative(folder, guard).split("/")[0] ?? "");
  const settings = basename(folder) === ".claude" ? ["settings.json", "settings.local.json"] : [];
  const ours = isAt(folder, context.runFolder, context) ? record : [];
  return [".", "..", ".git", ".claude", ...settings, ...ours, ...onTheWay];
}
