import { fieldOf } from "../input.ts";
import type { Tripwire } from "../tripwire.ts";

/** A command that stops or restarts the machine on which everything runs, the deck included. */
export const hostRestart: Tripwire = {
  name: "host-restart",
  severity: "critical",
  watches: ["call"],
  message:
    "This would stop or restart the machine, and every construct with it. Say in your result that a restart is " +
    "needed; the netrunner can do it.",
  check(observation) {
    if (observation.kind !== "call") return undefined;
    const command = fieldOf(observation.input, "command");
    if (command === undefined) return undefined;
    if (observation.tool === "PowerShell") return found(powershell.exec(unquoted(command)));
    return observation.tool === "Bash" ? found(restart.exec(runnable(command))) : undefined;
  },
};

const found = (match: RegExpExecArray | null): { found: string } | undefined =>
  match === null ? undefined : { found: match[0].trim() };

/** Where a command may begin, and what may stand in front of it and only passes it on. */
const begin = String.raw`(?:^|[\n;&|({!\x60]|\b(?:then|do|else|elif|if|while)\s)\s{0,20}`;
const assignments = String.raw`(?:[A-Za-z_]\w{0,40}=\S{0,80}\s{1,5}){0,4}`;
const passing = String.raw`(?:(?:\S{0,40}/)?(?:sudo|doas|nohup|exec|command|builtin|env|time|nice|setsid|ionice)(?:\s{1,5}-{1,2}[\w-]{1,20}(?:[= ]\d{1,5})?){0,4}\s{1,5}${assignments}){0,4}`;
const timed = String.raw`(?:timeout\s{1,5}\S{1,10}\s{1,5})?`;
const end = String.raw`(?=[\s;&|)}\x60]|$)`;

const programs = [
  String.raw`(?:shutdown|reboot|halt|poweroff)${end}(?!\s{1,5}(?:--help|--version|-c\b|--show))`,
  String.raw`(?:init|telinit)\s{1,5}[06]${end}`,
  String.raw`(?:systemctl|loginctl)\s{1,5}(?:-{1,2}[\w=-]{1,30}\s{1,5}){0,4}(?:reboot|halt|poweroff|kexec|suspend|hibernate|soft-reboot|(?:isolate|start)\s{1,5}(?:reboot|poweroff|halt|rescue|emergency)\.target)${end}`,
  String.raw`(?:echo|printf)\s{1,5}[bco]\s{1,5}>{1,2}\s{0,5}/proc/sysrq-trigger`,
];

const restart = new RegExp(
  `${begin}${assignments}${passing}${timed}(?:/?(?:usr/)?(?:local/)?s?bin/)?(?:${programs.join("|")})`,
);

const powershell = /(?:^|[\n;&|({])\s{0,20}(?:Restart-Computer|Stop-Computer|shutdown(?:\.exe)?\s{1,5}[/-][rshg])\b/i;

/** What of a line the shell would run: text in quotes and here-documents is only data, unless a shell is its reader. */
function runnable(command: string): string {
  const inner = [...command.matchAll(shellText)].map((match) => match[1] ?? match[2] ?? "");
  return [unquoted(withoutDocuments(command)), ...inner].join("\n").replace(/\\\n/g, " ");
}

/** `sh -c '…'`, `eval "…"`: the text is run. */
const shellText = /\b(?:(?:ba|z|da|k|a)?sh\s{1,5}-\w{0,6}c|eval)\s{1,5}(?:'([^']{0,4000})'|"([^"]{0,4000})")/g;

const documentStart = /(?<!<)<<-?(?!<)\s{0,3}(["']?)(\w{1,40})\1/;
const shellName = /\b(?:ba|z|da|k|a)?sh\b/;

/** The lines without the here-documents that no shell reads. What never ends may be none, so it is kept. */
function withoutDocuments(command: string): string {
  const kept: string[] = [];
  let hidden: string[] = [];
  let end: string | undefined;
  for (const line of command.split("\n")) {
    if (end === undefined) {
      kept.push(line);
      end = documentEnd(line);
    } else if (line.trim() === end) {
      end = undefined;
      hidden = [];
    } else hidden.push(line);
  }
  return [...kept, ...hidden].join("\n");
}

/** The word that ends the here-document which a line begins, if it begins one, and no shell reads it. */
function documentEnd(line: string): string | undefined {
  const start = documentStart.exec(line);
  if (start === null || shellName.test(line)) return undefined;
  const isInQuotes = line.slice(0, start.index).replace(/[^'"]/g, "").length % 2 === 1;
  return isInQuotes ? undefined : start[2];
}

/** The line with what stands in quotes taken out. A word in quotes alone (`"reboot"`) still is the command. */
function unquoted(line: string): string {
  return line.replace(/'([^']{0,4000})'|"([^"]{0,4000})"/g, (_, single?: string, double?: string) => {
    const text = single ?? double ?? "";
    if (/^[\w/.-]{0,60}$/.test(text)) return text;
    // In double quotes, a substitution still is a command.
    const inner = [...(double ?? "").matchAll(/(?<!\\)(?:\$\(([^)]{0,2000})\)|`([^`]{0,2000})`)/g)];
    return ["_", ...inner.map((match) => `\n${match[1] ?? match[2] ?? ""}\n`)].join("");
  });
}
