import type { RedirectOperator } from "unbash";
import type { Argument } from "./argument.ts";
import type { Scene } from "./context.ts";
import { readable } from "./paths.ts";
import { refuse, type Refusal } from "./refusal.ts";
import { writable } from "./writing.ts";

/** May input or output be connected to this target? */
export function redirectable(operator: RedirectOperator, target: Argument, scene: Scene): Refusal | undefined {
  if (target.kind === "known") {
    const descriptor = operator === ">&" || operator === "<&";
    if (descriptor && /^(?:\d+-?|-)$/.test(target.text)) return undefined;
    if (operator !== "<" && operator !== "<&" && harmlessTargets.has(target.text)) return undefined;
  }
  if (operator === "<") return readable(target, scene);
  if (operator === "<&")
    return refuse("shell.redirect", `<&${target.text} is not allowed; read a file with < and a path.`);
  if (target.kind === "pattern")
    return refuse("write.pattern", `${target.text}: a redirection needs one file name without wildcards.`);
  return writable(target, scene, "file");
}

const harmlessTargets: ReadonlySet<string> = new Set(["/dev/null", "/dev/stdout", "/dev/stderr"]);
