import { heading } from "../protocol/briefing.ts";

export type SectionName = keyof typeof heading;

/** A message to the daemon, taken apart at the headings that start a line. What stands before the first is `opening`. */
export function sectionsOf(message: string): { opening: string; parts: { name: SectionName; text: string }[] } {
  const parts: { name: SectionName; text: string }[] = [];
  const opening: string[] = [];
  for (const line of message.split("\n")) {
    const name = names.find((candidate) => startsSection(line, heading[candidate]));
    const current = parts.at(-1);
    if (name !== undefined) parts.push({ name, text: line.slice(heading[name].length).trim() });
    else if (current === undefined) opening.push(line);
    else current.text += `\n${line}`;
  }
  return { opening: opening.join("\n").trim(), parts: parts.map((part) => ({ ...part, text: part.text.trim() })) };
}

export interface SeenOutcome {
  id: string;
  state: string;
  cause: string;
  /** The task as `oneLine` shortens it. */
  task: string;
  result: string;
}

/** The outcomes in a section, each as `outcomeText` wrote it. */
export function outcomesIn(text: string): SeenOutcome[] {
  const starts = [...text.matchAll(/^\[(cx-[0-9a-f]{8})\] (\w+) \(([^\n]*?)\) · .*$/gm)];
  return starts.map((start, index) => {
    const body = text.slice(start.index + start[0].length, starts[index + 1]?.index ?? text.length);
    const task = /^task: (.*)$/m.exec(body)?.[1] ?? "";
    const result = /^result(?: \([^)\n]*\))?:\n([\s\S]*)$/m.exec(body)?.[1] ?? "";
    return { id: start[1] ?? "", state: start[2] ?? "", cause: start[3] ?? "", task, result: result.trim() };
  });
}

const names = Object.keys(heading).filter((name): name is SectionName => name in heading);

const startsSection = (line: string, label: string): boolean => line === label || line.startsWith(`${label} `);
