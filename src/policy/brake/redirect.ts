import type { RedirectOperator } from "unbash";
import type { Argument } from "../shell/argument.ts";
import { locate } from "../places/paths.ts";
import { isWithin } from "../places/within.ts";
import { reads, unknown, writes, type Input, type Run } from "./run.ts";

/** Judges `> file`, `< file` and their kin. Returns what the command then reads, where its input changes. */
export function redirect(operator: RedirectOperator, target: Argument, run: Run): Input | undefined {
  if ((operator === ">&" || operator === "<&") && /^(?:\d+-?|-)$/.test(target.text)) return undefined;
  if (/^\/dev\/(?:tcp|udp)\//.test(target.prefix)) {
    run.emit({ kind: "network", host: target.text, upload: true, metadata: false });
    return { kind: "unseen", foreign: true };
  }
  if (operator === "<") {
    reads(run, target);
    if (target.text === "/dev/null") return { kind: "text", text: "" };
    // What a process substitution hands over may come from anywhere.
    const foreign = target.kind !== "known" || target.text.startsWith("/dev/") || wrote(run, target.text);
    return foreign ? { kind: "unseen", foreign } : { kind: "unseen" };
  }
  if (operator === "<&") unknown(run, `<&${target.text}`);
  else writes(run, target);
  return undefined;
}

/** Whether the line itself has made this file, perhaps from what it downloaded. */
const wrote = (run: Run, text: string): boolean =>
  run.scene.folders.some((folder) => {
    const { plain } = locate(text, folder, run.scene.context);
    return [...run.made].some((path) => isWithin(plain, path));
  });
