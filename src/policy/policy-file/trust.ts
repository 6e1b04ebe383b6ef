import { isWithin } from "../../base/files.ts";
import type { Argument } from "../shell/argument.ts";
import type { Effect } from "../brake/effect.ts";
import type { BrakeContext, Scene } from "../brake/context.ts";
import { locate } from "../places/paths.ts";
import { decksOf } from "../places/decks.ts";
import { isSecret } from "../places/secrets.ts";
import { writableText } from "../places/writing.ts";

/**
 * Whether a command that a list allows may be trusted with these words. What only the run will tell is not; nor is a word
 * that names deck state, agent settings, start-up files, git's own files or a secret: no list opens those.
 */
export const mayTrust = (args: readonly Argument[], { context, folders }: Scene): boolean =>
  args.every(
    (arg) =>
      arg.kind !== "unknown" &&
      wordsOf(arg.text).every((word) => folders.every((folder) => !isKept(word, folder, context))),
  );

/** The same for a tool of another server: every path in its arguments must be one that a construct may change itself. */
export const mayTrustTool = (input: unknown, context: BrakeContext): boolean =>
  textsOf(input).every(
    (text) =>
      !/^(?:[/~]|\.{1,2}\/)|^[\w.-]+\/[^\s]*$/.test(text) ||
      writableText(atHome(text, context), context.cwd, { ...context, tier: "default" }, "file") === undefined,
  );

/** Effects of a call that mentions a secret: what could carry it away is not trusted. */
export function withoutCarriers(effects: readonly Effect[], text: string): readonly Effect[] {
  if (!secretWords.test(text)) return effects;
  return effects.map((effect) => {
    if (!("trusted" in effect) || !carriers.has(effect.kind)) return effect;
    const { trusted: _, ...plain } = effect;
    return plain;
  });
}

const carriers: ReadonlySet<Effect["kind"]> = new Set(["network", "publish", "remote-mutation"]);

/** Wide on purpose: what is found here asks the netrunner, who may know better. */
const secretWords =
  /\.(?:ssh|aws|gnupg|kube|azure|netrc|npmrc|pypirc|pgpass|docker|claude|config|env|pem|p12|pfx|jks|kdbx)\b|\bid_(?:rsa|dsa|ecdsa|ed25519|\*)|credential|passw|secret|token|(?:private|api|access|signing)[_-]?key|--raw\b|\benviron\b|\bprintenv\b|keychain|keyring|\/etc\/g?shadow/i;

/** Every part of an argument that might be a path: `of=x`, `@x`, `'.backup x'`. */
const wordsOf = (text: string): string[] =>
  [text, ...text.split(/[\s'"=,:<>@;()|]+/)].filter(
    (word) => word.length <= 4096 && /[./~]|^id_/.test(word) && !word.includes("\0"),
  );

function isKept(word: string, folder: string, context: BrakeContext): boolean {
  const { home, realPath } = context;
  const decks = decksOf(context);
  const both = (folder: string): string[] => [folder, realPath(folder)];
  const place = locate(atHome(word, context), folder, context);
  return [place.plain, place.real].some((path) => {
    const isDeck = decks.some(({ deckHome }) => both(deckHome).some((kept) => isWithin(path, kept)));
    const isOurs = decks.some(({ runFolder }) => both(runFolder).some((ours) => isWithin(path, ours)));
    const steps = path.toLowerCase().split("/");
    return (
      (isDeck && !isOurs) ||
      isSecret(path, context) ||
      steps.includes(".git") ||
      steps.includes(".claude") ||
      path.startsWith(`${home}/.`) ||
      /^\/(?:private\/)?(?:etc|var\/spool)\//.test(path)
    );
  });
}

const atHome = (text: string, { home }: BrakeContext): string => text.replace(/^~(?=\/|$)/, home);

/** All texts in the arguments of a tool; a bound keeps hostile input small, and what lies beyond it counts as a path. */
function textsOf(input: unknown, depth = 0): string[] {
  if (typeof input === "string") return [input];
  if (typeof input !== "object" || input === null) return [];
  const values: unknown[] = Object.values(input);
  return depth > 6 || values.length > 200 ? ["/"] : values.flatMap((value) => textsOf(value, depth + 1));
}
