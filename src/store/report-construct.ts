import { headAndTail } from "../base/text.ts";
import { showBytes } from "../base/units.ts";
import type { Outcome } from "../protocol/outcome.ts";
import { defaultProfile } from "../protocol/profile.ts";
import type { ConstructView } from "../protocol/view.ts";
import { showReturned } from "../protocol/workspace.ts";
import { code, fenced, inline, quoted } from "./markdown.ts";

/** The part of a report about one construct: its task, what it answered, what it wrote, what it was denied. */
export function constructSection(construct: ConstructView): string[] {
  const { outcome } = construct;
  const parts = [
    `### ${inline(construct.id, 40)}: ${titleOf(construct)}`,
    quoted(headAndTail(construct.task, mostTask).text),
  ];
  if (construct.profile !== defaultProfile) parts.push(`Profile: ${inline(construct.profile, 64)}`);
  if (construct.place !== null) parts.push(`It ran on ${inline(construct.place, 64)}.`);
  if (construct.after.length > 0) parts.push(`It came after ${construct.after.map((id) => code(id)).join(", ")}.`);
  if (outcome === null) return parts;
  if (outcome.refusal !== null) parts.push(`The model declined: ${inline(outcome.refusal, 400)}`);
  parts.push(...resultOf(outcome));
  if (outcome.stderr !== "")
    parts.push("Its last words on stderr:", fenced(headAndTail(outcome.stderr, mostTask).text));
  if (outcome.workspace !== null)
    parts.push(`What came back of its copy: ${inline(showReturned(outcome.workspace), 700)}`);
  parts.push(...fileLists(outcome));
  parts.push(...denialList(outcome));
  parts.push(...surfacedParts(construct.surfaced), ...tripwireList(outcome));
  if (outcome.transcript !== null) parts.push(`Transcript: ${code(outcome.transcript)}`);
  return parts;
}

/** Bytes of a result, of a task. */
const mostResult = 4096;
const mostTask = 2048;
/** Items of a list. */
const mostItems = 50;

function titleOf({ state, outcome }: ConstructView): string {
  return outcome === null || outcome.cause === "result" ? state : `${state} (${inline(outcome.cause, 80)})`;
}

function resultOf(outcome: Outcome): string[] {
  if (outcome.result_from === "none") return ["It gave no result."];
  const label = {
    result: "Result:",
    assistant: "It gave no result; these were its last words:",
    tool: "It gave no result; this was its last tool output:",
  }[outcome.result_from];
  return [label, fenced(headAndTail(outcome.result, mostResult).text)];
}

function fileLists(outcome: Outcome): string[] {
  const written = outcome.files.map(
    (file) => `${code(file.path)} (${showBytes(file.size)}, sha256 ${inline(file.sha256, 13)})`,
  );
  const missing = outcome.files_missing.map((path) => code(path));
  return [...listOf("Files written:", written), ...listOf("Reported as written, but not on disk at the end:", missing)];
}

const denialList = (outcome: Outcome): string[] =>
  listOf(
    "Calls that were denied:",
    outcome.denials.map(
      (denial) => `${inline(denial.tool, 40)} ${code(denial.input, 160)} (rule ${code(denial.rule, 80)})`,
    ),
  );

/** What the construct wanted the netrunner to see: the notes as they are. */
function surfacedParts(items: ConstructView["surfaced"]): string[] {
  return items.flatMap(({ title, text, path, size }) => {
    const name = title === "" ? "" : ` ${inline(title, 120)}`;
    if (path !== null) return [`Shown to the netrunner:${name} ${code(path)} (${showBytes(size)})`];
    return [`Shown to the netrunner:${name}`, fenced(headAndTail(text ?? "", mostTask).text)];
  });
}

const tripwireList = (outcome: Outcome): string[] =>
  listOf(
    "Tripwires that fired:",
    outcome.tripwires.map(
      ({ name, severity, found, consequence }) =>
        `${code(name, 80)} (${severity}, ${followed[consequence]}): ${inline(found, 200)}`,
    ),
  );

const followed = {
  none: "the brake denied the call",
  inform: "told",
  hold: "the call was held",
  kill: "the construct was killed",
} as const;

function listOf(label: string, items: string[]): string[] {
  if (items.length === 0) return [];
  const lines = items.slice(0, mostItems).map((item) => `- ${item}`);
  if (items.length > mostItems) lines.push(`- … and ${items.length - mostItems} more; the events have them all`);
  return [label, lines.join("\n")];
}
