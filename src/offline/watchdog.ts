import { heading } from "../protocol/briefing.ts";
import { oneLine } from "../base/text.ts";
import { readQuestion, type Question, type QuestionKind } from "../protocol/question.ts";
import { say, type Reply } from "./reply.ts";
import type { ModelRequest } from "./request.ts";

/** Whether the netrunner asks the watchdog. */
export const isWatchdog = (request: ModelRequest): boolean =>
  !request.canWork && request.firstUserText.startsWith(heading.question);

/**
 * The watchdog's answer from what it is shown, by a few fixed ways of reading it: the lines that belong to the kind of question,
 * else those that share its words, each cited by its number.
 */
export function answerAsWatchdog(request: ModelRequest): Reply {
  const { question, lines } = partsOf(request.firstUserText);
  const about =
    question.constructs.length === 0 ? lines : lines.filter(({ text }) => namesOne(text, question.constructs));
  const [head] = lines;
  const found = [...new Set(question.kinds.flatMap((kind) => ofKind(kind, about)))];
  const chosen = found.length > 0 ? found : sharing(question, about);
  const status =
    head === undefined
      ? []
      : [`${oneLine(/status [^·]*/.exec(head.text)?.[0] ?? "the run", 200).trim()} ${cite(head)}`];
  const told = chosen.slice(0, mostLines).map((line) => `- ${oneLine(line.text, 240)} ${cite(line)}`);
  const more = chosen.length > mostLines ? [`- … and ${chosen.length - mostLines} more lines like these`] : [];
  const words =
    told.length === 0
      ? "The part of the record that I was shown says nothing about that."
      : "This is what the record has on it:";
  return say([...status, words, ...told, ...more, disclaimer].join("\n"));
}

const disclaimer = "(Found by the scripted offline model, which matches words and understands nothing.)";

const mostLines = 8;

interface Line {
  seq: number;
  text: string;
}

const cite = ({ seq }: Line): string => `[${seq}]`;

function partsOf(message: string): { question: Question; lines: Line[] } {
  const at = message.indexOf(`\n${heading.record}\n`);
  const asked = message.slice(heading.question.length, at === -1 ? undefined : at).trim();
  const record = at === -1 ? "" : message.slice(at);
  const about = /^ASKED ABOUT (cx-[0-9a-f]{8})$/m.exec(record)?.[1] ?? "";
  const lines = [...record.matchAll(/^\[(\d+)\] (.*)$/gm)].map(([, seq = "", text = ""]) => ({
    seq: Number(seq),
    text,
  }));
  return { question: readQuestion(`${asked} ${about}`), lines };
}

const namesOne = (text: string, constructs: readonly string[]): boolean => constructs.some((id) => text.includes(id));

/** How lines of each kind look. */
const patterns: Record<QuestionKind, RegExp> = {
  failure:
    /^CONSTRUCT cx-\w+ (?:failed|killed)|state: (?:failed|killed)|daemon\.error|spawn\.refused|decision: deny|· failed: true|run\.paused|ACCOUNT HELD|deck\.warned/,
  now: /^CONSTRUCT cx-\w+ (?:queued|starting|running|held|paused|parked|ending)|^WAITS FOR|^NEEDS THE NETRUNNER|^THE DAEMON SAID/,
  cost: /^COST|bound\.(?:reached|raised)/,
  denied: /decision: deny|hold\.(?:opened|closed)|tripwire\.fired|plugin\.refused|spawn\.refused/,
  files: /· files: |construct\.surfaced|tool_called · tool: (?:Write|Edit)/,
};

/** The newest first but for the frame, which is shown first. */
const ofKind = (kind: QuestionKind, lines: readonly Line[]): Line[] =>
  lines.filter(({ text }) => patterns[kind].test(text));

/** The lines that have most of the question's words. */
function sharing({ terms, constructs }: Question, lines: readonly Line[]): Line[] {
  const score = ({ text }: Line): number => {
    const lower = text.toLowerCase();
    return terms.filter((parts) => parts.every((part) => lower.includes(part))).length;
  };
  const scored = lines.map((line) => ({ line, hits: score(line) })).filter(({ hits }) => hits > 0);
  if (scored.length > 0) return scored.toSorted((a, b) => b.hits - a.hits).map(({ line }) => line);
  // Of a construct that is asked about, how it stands is an answer to anything.
  return constructs.length === 0 ? [] : lines.filter(({ text }) => text.startsWith("CONSTRUCT ")).slice(0, 1);
}
