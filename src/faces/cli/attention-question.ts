import { inert } from "../../base/text.ts";
import type { AttentionItem } from "../../protocol/attention.ts";
import type { Command } from "../../protocol/command.ts";

/** What the netrunner is asked about a construct that is frozen on suspicion. */
export const attentionQuestion = (item: AttentionItem): string =>
  [inert(item.text), inert(item.next), "k  kill the construct", "c  let it go on"].join("\n");

/** What the netrunner typed, as a command for this construct; undefined when it is neither answer. */
export function readAttentionAnswer(text: string, construct: string): Command | undefined {
  const word = text.trim().toLowerCase();
  if (word === "k" || word === "kill") return { type: "construct.kill", construct };
  return word === "c" || word === "continue" ? { type: "construct.continue", construct } : undefined;
}
