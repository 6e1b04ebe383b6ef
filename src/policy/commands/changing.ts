import { basename } from "node:path";
import { knownArgument, type Argument } from "../argument.ts";
import type { Scene } from "../context.ts";
import { allowedArguments } from "../options.ts";
import { readable } from "../paths.ts";
import { firstRefusal, isRefusal, refuse, type Refusal } from "../refusal.ts";
import { writable, type WritePurpose } from "../writing.ts";
import type { CommandRule } from "./rule.ts";

/** Commands that make, move or remove files: with targets that are known, where writing is allowed. */
export const changingCommands: Record<string, CommandRule> = {
  mkdir: targets("folder", "-p -v --parents --verbose"),
  rmdir: targets("remove", "-p -v --verbose"),
  touch: targets("file", "-a -c -m --no-create", "-d -t --date"),
  tee: targets("file", "-a --append"),
  rm: targets("remove", "-r -R -f -v -d -i -I --recursive --force --verbose --dir"),
  unlink: targets("remove", ""),
  mv: relocation("-f -n -u -v -i --force --no-clobber --update --verbose", "remove"),
  cp: relocation(
    "-r -R -a -p -f -n -u -v -i -d -L -P --recursive --archive --force --no-clobber --update --verbose --no-dereference",
    "read",
  ),
};

function targets(purpose: WritePurpose, flags: string, values = ""): CommandRule {
  return (args, scene) => {
    const split = allowedArguments(args, { flags, values });
    return isRefusal(split) ? split : firstRefusal(split.operands, (path) => writable(path, scene, purpose));
  };
}

/** `cp` and `mv`: the target may be a file that is replaced, or a folder that gets a child for each source. */
function relocation(flags: string, source: "read" | "remove"): CommandRule {
  return (args, scene) => {
    const split = allowedArguments(args, { flags });
    if (isRefusal(split)) return split;
    const target = split.operands.at(-1);
    const sources = split.operands.slice(0, -1);
    if (target === undefined || sources.length === 0)
      return refuse("write.form", "Write it as: SOURCE … TARGET, all of them literal paths.");
    if (target.kind !== "known") return writable(target, scene, "file");
    return (
      firstRefusal(sources, (path) =>
        source === "read" ? readable(path, scene, true) : writable(path, scene, "remove"),
      ) ??
      writable(target, scene, isFolder(target, scene) ? "folder" : "file") ??
      firstRefusal(sources, (path) => child(path, target, scene))
    );
  };
}

/** A target that can only be a folder: it is not itself replaced. */
function isFolder(target: Argument, scene: Scene): boolean {
  const { workspace, runFolder } = scene.context;
  return /(?:^|\/)\.{0,2}$/.test(target.text) || [workspace, runFolder, "/tmp"].includes(target.text);
}

/** What a source would be called inside the target folder. */
function child(path: Argument, target: Argument, scene: Scene): Refusal | undefined {
  const name = basename(path.text);
  if (path.kind === "pattern") {
    const visible = !name.startsWith(".") && !path.text.endsWith("/") && !/\/\.[^/]*\//.test(path.shape);
    return visible ? writable(knownArgument(`${target.text}/x`), scene, "file") : hidden(path);
  }
  if (path.kind === "unknown" || /(?:^|\/)\.{0,2}$/.test(path.text)) return hidden(path);
  return writable(knownArgument(`${target.text}/${name}`), scene, "file");
}

const hidden = (path: Argument): Refusal =>
  refuse("write.unknown", `${path.text}: name the files or folders themselves, so that it is clear what arrives.`);
