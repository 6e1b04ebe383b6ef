import { oneLine } from "../../base/text.ts";
import { count } from "../../base/units.ts";
import type { CauseReport, Crash } from "../../protocol/crash.ts";
import { causesOf } from "./causes.ts";
import { placeOf } from "./stack.ts";

/** What a crash has left. */
export interface Remains {
  path: string;
  crash: Crash;
  /** The last events, as flat objects. */
  events: readonly Record<string, unknown>[];
  files: readonly string[];
}

/**
 * What is to be known of a crash, by rules alone. Nothing in the remains is trusted further than to be shown.
 * @param root the folder of Cyberdeck's package
 */
export function triage(
  { path, crash, events, files }: Remains,
  root: string,
): Omit<CauseReport, "reading" | "reading_problem"> {
  const [thrown] = crash.thrown;
  const place = placeOf(crash.thrown.map(({ stack }) => stack).find((stack) => stack !== "") ?? "", root);
  const causes = causesOf(crash, place);
  const hints = crash.thrown.flatMap(({ hint }) => (hint === null ? [] : [oneLine(hint, 300)]));
  const code = thrown?.code == null ? "" : ` (${thrown.code})`;
  return {
    bundle: path,
    at: crash.at,
    version: crash.version,
    died_of: oneLine(`${thrown?.name ?? "unknown"}${code}: ${thrown?.message ?? ""}`, 400),
    place,
    under_way: underWay(crash, events),
    causes,
    next: [
      ...new Set([
        ...causes.map(({ next }) => next),
        ...hints,
        "cyberdeck doctor",
        ...crash.runs.map((run) => `cyberdeck run --resume ${oneLine(run, 60)}`),
      ]),
    ],
    attach: files.filter((name) => name !== "report.md").map((name) => `${path}/${oneLine(name, 60)}`),
  };
}

/** So many of the last events are shown. */
const lastEvents = 5;

function underWay(crash: Crash, events: Remains["events"]): string[] {
  const text = (event: Record<string, unknown>, name: string): string =>
    typeof event[name] === "string" ? oneLine(event[name], 120) : "";
  // What was recorded while it was being ended is not what it died in.
  const before = events.filter(({ at }) => typeof at !== "number" || at <= crash.at - crash.stopped.ms);
  const alive = new Map<string, string>();
  for (const event of before) {
    const construct = text(event, "construct");
    if (event["type"] === "construct.started") alive.set(construct, "at work");
    if (event["type"] === "construct.tool_called" && alive.has(construct))
      alive.set(construct, `calling ${text(event, "tool")} ${text(event, "input")}`.trim());
    if (event["type"] === "construct.ended" || event["type"] === "construct.suspended") alive.delete(construct);
  }
  const { runs, stopped } = crash;
  return [
    runs.length === 0 ? "No run was open." : `Open: ${runs.map((run) => oneLine(run, 60)).join(", ")}`,
    ...Array.from(alive, ([construct, what]) => `${construct}: ${what}`),
    ...before
      .slice(-lastEvents)
      .map((event) => `[${String(event["seq"])}] ${text(event, "type")} ${text(event, "source")}`.trim()),
    stopped.isClosed
      ? `What was at work was ended in ${(stopped.ms / 1000).toFixed(1)} s.`
      : `What was at work could not be ended in order within ${(stopped.ms / 1000).toFixed(0)} s; its guardian ended it.`,
    `${count(events.length, "event")} are in the bundle.`,
  ];
}
