import { inert } from "../../base/text.ts";
import type { AttentionItem } from "../../protocol/attention.ts";
import { showAmount, type ReachedBound } from "../../protocol/bound.ts";
import type { Command } from "../../protocol/command.ts";
import { settingTable } from "../../protocol/setting-table.ts";
import { parseSetting } from "../../protocol/setting-value.ts";

/** What the netrunner is asked at a bound. */
export function boundQuestion(item: AttentionItem, { which, used, limit }: ReachedBound): string {
  const more = showAmount(which, used + limit);
  const what = item.construct === undefined ? "the run" : "the construct";
  return [
    inert(item.text),
    `r        raise the bound to ${more}`,
    "<amount> raise it to so much (off: no bound)",
    `e        end ${what}; what it has so far is kept`,
    "Ctrl+D   leave it: everything can go on later",
  ].join("\n");
}

/** What the netrunner typed, as an answer; undefined when it is none. */
export function readBoundAnswer(text: string, item: string, which: ReachedBound["which"]): Command | undefined {
  const word = text.trim().toLowerCase();
  if (word === "r" || word === "raise") return { type: "bound.answer", item, answer: "raise" };
  if (word === "e" || word === "end" || word === "k") return { type: "bound.answer", item, answer: "end" };
  const to = amountOf(word, which);
  return to === undefined ? undefined : { type: "bound.answer", item, answer: "raise", to };
}

function amountOf(word: string, which: ReachedBound["which"]): number | undefined {
  const line = settingTable.find(({ field }) => field === which);
  if (line === undefined) return undefined;
  try {
    return parseSetting(line, word)[which];
  } catch {
    // No amount: the netrunner is told what can be answered.
    return undefined;
  }
}

/** Of an item that is about a bound. */
export const boundOf = (item: AttentionItem): ReachedBound | undefined => item.bound;
