import type { Argument } from "./argument.ts";
import type { Scene } from "./context.ts";
import { locate } from "./paths.ts";
import { holdsSecrets, isSecret } from "./secrets.ts";

/**
 * Notes a word that names a secret, or a folder with secrets in it. By itself that is harmless; it counts when the same
 * line reads files whose names come from a variable, a pipe or another command.
 */
export function mention(arg: Argument, scene: Scene): void {
  const { context, notes } = scene;
  if (notes.secretMentioned !== undefined) return;
  const whole = arg.kind === "known" ? [arg.text] : [arg.prefix];
  const parts = arg.text.split(/[\s'"=,:]+/);
  for (const folder of scene.folders) {
    for (const text of parts.filter(pathLike)) {
      const place = locate(text, folder, context);
      if (isSecret(place.plain, context) || isSecret(place.real, context)) notes.secretMentioned = text;
    }
    for (const text of whole.filter((text) => pathLike(text) && !text.includes("\n"))) {
      const place = locate(text, folder, context);
      if (holdsSecrets(place.plain, context) || holdsSecrets(place.real, context)) notes.secretMentioned = text;
    }
  }
}

/** Most words of a line are no paths; looking each of them up on the disk would be slow. Paths are at most 4 KB. */
const pathLike = (text: string): boolean => text.length <= 4096 && /[./~]|^id_/.test(text) && !text.includes("\0");
