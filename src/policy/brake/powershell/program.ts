import { handlers } from "../commands.ts";
import { effectsOfLine } from "../line.ts";
import { quoted } from "../run.ts";
import type { Script, Value } from "./script.ts";

/** Programs are judged as in any other shell, in a workspace whose paths are spelled its way. */
export function judgeProgram(name: string, args: readonly Value[], script: Script): void {
  const plain = name.toLowerCase();
  if (/^(?:iex|invoke-expression)$/.test(plain))
    return script.emit({ kind: "execute-unknown", what: "Invoke-Expression", foreign: true });
  const encoded = args.some((arg) => /^[-/](?:encoded|enc?$|ec$|e$|c$|command|k$)/i.test(arg.text));
  if (!handlers.has(plain) || (/^(?:powershell|pwsh|cmd)$/.test(plain) && encoded))
    return script.emit({
      kind: "execute-unknown",
      what: `${name}, a program that the brake does not know`,
      foreign: false,
    });
  const words = args.map((arg) => (arg.known ? quoted(posix(arg.text, script)) : '"$UNKNOWN_VALUE"'));
  const place = script.outside ? "/elsewhere" : "/workspace";
  const effects = effectsOfLine([plain, ...words].join(" "), {
    ...script.context,
    workspace: "/workspace",
    runFolder: "/workspace/.cyberdeck/runs",
    deckHome: "/workspace/.cyberdeck",
    home: "/home/user",
    cwd: place,
    realPath: (path) => path,
  });
  for (const effect of effects) script.emit(effect);
}

/** A path of Windows as it would be spelled in that workspace; what lies on a drive lies outside. */
function posix(text: string, { context }: Script): string {
  const root = context.workspace.replaceAll("\\", "/").toLowerCase();
  const slashed = /^[\w.~:@=-]*(?:\\[\w.@ *?()+-]*)+$/.test(text) ? text.replaceAll("\\", "/") : text;
  const lower = slashed.toLowerCase();
  if (lower === root || lower.startsWith(`${root}/`)) return `/workspace${slashed.slice(root.length)}`;
  return slashed.replace(/^([a-z]):(?:[\\/]|$)/i, "/drive/$1/");
}
