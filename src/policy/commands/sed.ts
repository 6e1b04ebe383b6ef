import type { Argument } from "../argument.ts";
import type { Scene } from "../context.ts";
import { allowedArguments } from "../options.ts";
import { readable } from "../paths.ts";
import { firstRefusal, isRefusal, refuse, type Refusal } from "../refusal.ts";

/** `sed` as a filter: its script may not write, run or read other files, and it may not edit in place. */
export function sed(args: readonly Argument[], scene: Scene): Refusal | undefined {
  const split = allowedArguments(args, {
    flags: "-n -E -r -s -u -z --quiet --silent --regexp-extended --sandbox --posix --null-data --unbuffered --separate",
    values: "-e --expression -l",
  });
  if (isRefusal(split))
    return refuse(
      "sed.option",
      "sed may only filter: -n, -E, -s, -z and -e SCRIPT; to change a file use the Edit tool.",
    );
  const given = split.options.filter((option) => option.name === "-e" || option.name === "--expression");
  const scripts = given.length > 0 ? given.map((option) => option.value) : split.operands.slice(0, 1);
  const files = given.length > 0 ? split.operands : split.operands.slice(1);
  return (
    firstRefusal(scripts, (script) =>
      script?.kind === "known" && isHarmless(script.text)
        ? undefined
        : refuse(
            "sed.script",
            "Only plain sed scripts are allowed: p, d, q and s/…/…/ with the flags g, p, i and numbers.",
          ),
    ) ?? firstRefusal(files, (file) => readable(file, scene))
  );
}

/** A small grammar that covers everyday filters; what it does not know is not harmless. */
function isHarmless(script: string): boolean {
  let rest = script;
  while (rest !== "") {
    const blank = /^[\s;{}]+/.exec(rest);
    if (blank !== null) {
      rest = rest.slice(blank[0].length);
      continue;
    }
    const taken = step.exec(rest);
    if (taken === null) return false;
    rest = rest.slice(taken[0].length);
  }
  return true;
}

const regex = String.raw`/(?:[^/\\\n]|\\[^\n])*/I?`;
const address = String.raw`(?:\d+|\$|\d+~\d+|${regex})`;
/** Delimiters that people use; the same one three times, without a new line in between. */
const divided = ["/", "|", "#", ",", "@", ":", "!", "_"].map((mark) => {
  const one = mark === "|" ? String.raw`\|` : mark;
  const part = String.raw`(?:[^${one}\\\n]|\\[^\n])*`;
  return `${one}${part}${one}${part}${one}`;
});
const command = String.raw`(?:[pdDPNnGgHhxl=]|[qQ]\d*|s(?:${divided.join("|")})[gpiI\d]*|y(?:${divided.join("|")}))`;
const step = new RegExp(
  String.raw`^(?:${address}(?:,[ ]*(?:\+\d+|~\d+|${address}))?)?[ \t]*!?[ \t]*(?:\{|${command}[ \t]*(?=[;}\n]|$))`,
);
