import type { DeckEvent } from "../../../protocol/event.ts";
import type { Style } from "../../words/style.ts";

/** A piece of a construct's transcript: what it said, a call with all that came of it, or something that happened to it. */
export type Step = {
  /** Of its first event, by which it is known. */
  seq: number;
  /** Milliseconds since the epoch. */
  at: number;
  events: readonly DeckEvent[];
} & (
  | { kind: "task"; text: string }
  | { kind: "said"; text: string }
  | { kind: "thought"; text: string }
  | { kind: "told"; from: string; text: string }
  | ({ kind: "call"; call: string } & Call)
  | { kind: "note"; word: string; text: string; style: Style }
  | { kind: "outcome"; word: string; facts: string; text: string; style: Style }
);

/** A tool call and what came of it; what has not come yet is undefined. */
export interface Call {
  tool: string;
  input: string;
  /** What it would change in a file, as a unified diff or as its new content. */
  change?: { kind: "diff" | "text"; text: string; omitted: number };
  /** Why the gate denied it. */
  denied?: { rule: string; reason: string };
  /** It waited for the netrunner: how that ended, or null as long as it waits. */
  held?: { rule: string; reason: string; end: string | null; note: string | null };
  /** Tripwires that fired on it. */
  tripwires: readonly string[];
  result?: { failed: boolean; text: string };
}

export type CallStep = Step & { kind: "call" };

/** All that an step says, for a search and for the clipboard. */
export function plainText(step: Step): string {
  switch (step.kind) {
    case "call":
      return callText(step);
    case "note":
      return [step.word, step.text].filter((text) => text !== "").join(": ");
    case "outcome":
      return `${step.word} ${step.facts}\n${step.text}`.trimEnd();
    case "told":
      return `${step.from}: ${step.text}`;
    default:
      return step.text;
  }
}

function callText({ tool, input, change, denied, held, tripwires, result }: CallStep): string {
  return [
    `${tool} ${input}`,
    change?.text,
    ...tripwires,
    held && `held: ${held.reason} (${held.rule})`,
    held?.note,
    denied && `denied: ${denied.reason} (${denied.rule})`,
    result?.text,
  ]
    .filter((text) => text !== undefined && text !== null && text !== "")
    .join("\n");
}
