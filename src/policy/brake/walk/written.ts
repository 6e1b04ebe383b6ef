import type { Command } from "unbash";
import { locate } from "../../paths.ts";
import { isWithin } from "../../within.ts";
import type { Input } from "../run.ts";
import { sceneIn, type Walk } from "./state.ts";
import { wordsOf } from "./words.ts";

/** A file that a command writes as a whole, with a text that the line shows. */
export interface Written {
  path: string;
  text: string;
}

/**
 * What `cat`, `echo`, `printf` and `tee` write where all of it follows from the line. To be asked before the redirections are
 * judged: a file that the line has written before is none whose text is known.
 */
export function writtenBy(
  walk: Walk,
  node: Command,
  folders: readonly string[],
  input: Input,
): (() => void) | undefined {
  const name = node.name?.value ?? "";
  const folder = folders.length === 1 ? folders[0] : undefined;
  if (folder === undefined || !/^(?:cat|echo|printf|tee)$/.test(name)) return undefined;
  const outputs = node.redirects.filter((item) => item.type === "Redirect" && /^>\|?$/.test(item.operator));
  const others = node.redirects.filter((item) => item.type === "Redirect" && />/.test(item.operator));
  const args = node.args.flatMap((arg) => (arg.type === "Word" ? wordsOf(walk, [arg], folders) : []));
  const output = outputs[0];
  const target =
    name === "tee"
      ? args[0]
      : output?.type === "Redirect" && output.target !== undefined
        ? wordsOf(walk, [output.target], folders)[0]
        : undefined;
  if (target?.kind !== "known" || others.length > 1 || !args.every((arg) => arg.kind === "known")) return undefined;
  const text = textFrom(
    name,
    args.map((arg) => arg.text),
    givenTo(walk, node, folders, input),
  );
  const path = locate(target.text, folder, sceneIn(walk, folders).context).plain;
  // Where the command may not run, the file may be an older one, which is the project's own only in the workspace.
  if (walk.conditional > 0 && !isWithin(path, walk.session.context.workspace)) return undefined;
  if (text === undefined || walk.session.made.has(path) || walk.session.texts.has(path)) return undefined;
  return () => walk.session.texts.set(path, text);
}

/** The text that a command reads: that of its own redirection, or what comes through the pipe. */
function givenTo(walk: Walk, node: Command, folders: readonly string[], input: Input): string | undefined {
  const reading = node.redirects.filter((item) => item.type !== "Redirect" || item.operator.startsWith("<"));
  const [only] = reading;
  if (only === undefined) return input.kind === "text" ? input.text : undefined;
  if (reading.length > 1) return undefined;
  if (only.type === "HereDoc")
    return only.body.parts === undefined || only.body.parts.every((part) => part.type === "Literal")
      ? only.body.text
      : undefined;
  if (only.type !== "HereString" || only.target === undefined) return undefined;
  const [word] = wordsOf(walk, [only.target], folders);
  return word?.kind === "known" ? word.text : undefined;
}

function textFrom(name: string, words: readonly string[], given: string | undefined): string | undefined {
  if (name === "tee") return words.length === 1 ? given : undefined;
  if (name === "cat") return words.length === 0 || words.join() === "-" ? given : undefined;
  if (name === "echo")
    return words[0]?.startsWith("-") === true || words.some((word) => word.includes("\\"))
      ? undefined
      : words.join(" ");
  const [format = "", ...rest] = words;
  if (/^%s(?:\\n)?$/.test(format) && rest.every((word) => !word.includes("\\"))) return rest.join("\n");
  const plain = format.replaceAll("\\n", "\n").replaceAll("\\t", "\t");
  return rest.length > 0 || /[%\\]/.test(plain) ? undefined : plain;
}
