import { dirname, isAbsolute, join, resolve } from "node:path";
import { isWithin } from "./within.ts";
import type { Argument } from "../shell/argument.ts";
import type { BrakeContext, Scene } from "../brake/context.ts";
import { firstRefusal, refuse, type Refusal } from "../brake/refusal.ts";
import { holdsSecrets, isSecret, matchesSecrets } from "./secrets.ts";

/** A path as it was written (normalised) and where it really leads. A rule has to hold for both. */
export interface Place {
  plain: string;
  real: string;
}

/** Resolves like the kernel does: `..` after a link leaves the link's target, not the folder that holds the link. */
export function locate(text: string, folder: string, context: BrakeContext): Place {
  const plain = resolve(folder, text);
  if (!text.includes("..")) return { plain, real: context.realPath(plain) };
  let at = isAbsolute(text) ? "/" : folder;
  for (const step of text.split("/")) {
    if (step === "..") at = dirname(context.realPath(at));
    else if (step !== "" && step !== ".") at = join(at, step);
  }
  return { plain, real: context.realPath(at) };
}

/**
 * May the content of this path be read? Anything but secrets and devices.
 * @param reach the command also reads what lies below, as `grep -r` does
 */
export function readable(path: Argument, scene: Scene, reach = false): Refusal | undefined {
  if (path.kind === "known") {
    // What they stand for in the deck's own process says nothing about the command's.
    if (ownStream.test(path.text)) return undefined;
    return firstRefusal(scene.folders, (folder) => {
      const place = locate(path.text, folder, scene.context);
      const spellings = place.plain === place.real ? [place.plain] : [place.plain, place.real];
      return firstRefusal(spellings, (spelling) => readablePath(spelling, reach, scene.context));
    });
  }
  if (path.kind === "unknown") scene.notes.readsUnknown = true;
  return firstRefusal(scene.folders, (folder) => readableBelow(path, folder, reach, scene.context));
}

/** May this path, spelled out, be read? */
export function readablePath(path: string, reach: boolean, context: BrakeContext): Refusal | undefined {
  if (isSecret(path, context)) return secretRefusal(path);
  if (reach && holdsSecrets(path, context))
    return refuse("secret.below", `${path} holds keys or credentials further down; name the folders that you need.`);
  if (isWithin(path, "/dev") && !readableDevice.test(path))
    return refuse(
      "read.device",
      `${path} is a device; only ordinary files, /dev/null, /dev/stdin and /dev/fd may be read.`,
    );
  return undefined;
}

const ownStream = /^\/dev\/(?:stdin|stdout|stderr|fd\/\d+)$/;

const readableDevice = /^\/dev\/(?:null|zero|stdin|stdout|stderr|tty|u?random|fd\/\d+)$/;

const secretRefusal = (path: string): Refusal =>
  refuse("secret.read", `${path} holds keys or credentials, which constructs may not read; other files may be read.`);

/** A path with a wildcard or an expansion in it: what it may reach must be free of secrets. */
function readableBelow(path: Argument, folder: string, reach: boolean, context: BrakeContext): Refusal | undefined {
  const written = resolve(folder, path.text);
  if (isSecret(written, context)) return secretRefusal(path.text);
  const cut = path.prefix.lastIndexOf("/");
  const base = locate(cut === -1 ? "." : path.prefix.slice(0, cut + 1), folder, context);
  for (const at of [base.plain, base.real]) {
    if (isSecret(`${at}/x`, context)) return secretRefusal(path.text);
    if (path.kind === "unknown" && cut !== -1 && holdsSecrets(at, context)) return secretRefusal(path.text);
    if (path.kind === "pattern" && matchesSecrets(resolve(folder, path.shape), at, reach, context))
      return secretRefusal(path.text);
  }
  return undefined;
}
