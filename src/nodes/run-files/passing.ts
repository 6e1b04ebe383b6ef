import { errnoOf } from "../../base/fault.ts";

/**
 * What a machine lacks just now, and may have again: room, open files, memory, a disk that works. What is wrong with a name
 * or a file is not among these, nor what is not permitted: that stays so.
 */
const passing: ReadonlySet<string> = new Set([
  "ENOSPC",
  "EDQUOT",
  "EMFILE",
  "ENFILE",
  "ENOMEM",
  "ENOBUFS",
  "EIO",
  "EBUSY",
  "EAGAIN",
  "ETIMEDOUT",
  "ESTALE",
]);

/** The trouble of the machine behind an error, in the system's words without a path, so that it reads the same each time; undefined: it is none that may pass. */
export function passingTrouble(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < mostCauses; at = at.cause, depth += 1) {
    const code = errnoOf(at);
    if (code === undefined || !passing.has(code)) continue;
    // "ENOSPC: no space left on device, write"
    const [words = ""] = at.message.split(",", 1);
    return words.startsWith(`${code}: `) ? words : code;
  }
  return undefined;
}

const mostCauses = 5;
