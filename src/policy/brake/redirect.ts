import type { RedirectOperator } from "unbash";
import type { Argument } from "../argument.ts";
import { reads, unknown, writes, type Input, type Run } from "./run.ts";

/** Judges `> file`, `< file` and their kin. Returns what the command then reads, where its input changes. */
export function redirect(operator: RedirectOperator, target: Argument, run: Run): Input | undefined {
  if ((operator === ">&" || operator === "<&") && /^(?:\d+-?|-)$/.test(target.text)) return undefined;
  if (/^\/dev\/(?:tcp|udp)\//.test(target.prefix)) {
    run.emit({ kind: "network", host: target.text, upload: true, metadata: false });
    return { kind: "unseen" };
  }
  if (operator === "<") {
    reads(run, target);
    return target.text === "/dev/null" ? { kind: "text", text: "" } : { kind: "unseen" };
  }
  if (operator === "<&") unknown(run, `<&${target.text}`);
  else writes(run, target);
  return undefined;
}
