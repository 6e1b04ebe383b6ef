import type { Argument } from "./argument.ts";
import type { BrakeContext, Notes, Scene } from "../brake/context.ts";
import { locate } from "../places/paths.ts";
import { holdsSecrets, isSecret } from "../places/secrets.ts";

/** Remembers a word of the line; what it names is looked at only if that matters in the end. */
export function mention(arg: Argument, { notes, folders }: Scene): void {
  if (pathLike(arg.text)) notes.mentioned.push({ arg, folders });
}

/**
 * A word of the line that names a secret, or a folder with secrets in it. By itself that is harmless; it counts when the same
 * line reads files whose names come from a variable, a pipe or another command.
 */
export function secretMentioned({ mentioned }: Notes, context: BrakeContext): string | undefined {
  for (const { arg, folders } of mentioned) {
    const whole = arg.kind === "known" ? arg.text : arg.prefix;
    for (const folder of folders) {
      const part = arg.text
        .split(/[\s'"=,:]+/)
        .find((text) => pathLike(text) && names(text, folder, context, isSecret));
      if (part !== undefined) return part;
      if (pathLike(whole) && !whole.includes("\n") && names(whole, folder, context, holdsSecrets)) return whole;
    }
  }
  return undefined;
}

function names(
  text: string,
  folder: string,
  context: BrakeContext,
  test: (path: string, context: BrakeContext) => boolean,
): boolean {
  if (text.length > longestPath) return false;
  const { plain, real } = locate(text, folder, context);
  return test(plain, context) || test(real, context);
}

/** Paths are at most 4 KB. */
const longestPath = 4096;

/** Most words of a line are no paths; looking each of them up on the disk would be slow. */
const pathLike = (text: string): boolean => /[./~]|^id_/.test(text) && !text.includes("\0");
