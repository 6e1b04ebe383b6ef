import type { BlacklistEntry } from "../../protocol/blacklist.ts";
import { compareTasks, maybeSameWork, sameWork } from "./similarity.ts";
import { featuresOf } from "./task-features.ts";

/** `refuse`: the same work in other words. `ask`: perhaps; the netrunner says. `entry` is the nearest one. */
export type BlacklistMatch =
  | { verdict: "refuse" | "ask"; entry: BlacklistEntry; score: number }
  | { verdict: "clear"; entry?: undefined; score: number };

/** Looks a task up among what is forbidden, whoever asks for it. `score` is the highest similarity to an entry. */
export function matchBlacklist(task: string, entries: readonly BlacklistEntry[]): BlacklistMatch {
  const asked = featuresOf(task);
  let nearest: BlacklistEntry | undefined;
  let score = 0;
  for (const entry of entries) {
    const found = entry.task.trim() === task.trim() ? 1 : compareTasks(asked, featuresOf(entry.task));
    if (found <= score) continue;
    nearest = entry;
    score = found;
  }
  if (nearest === undefined || score < maybeSameWork) return { verdict: "clear", score };
  return { verdict: score >= sameWork ? "refuse" : "ask", entry: nearest, score };
}

/** A list with this entry. One that forbids exactly the same text, or has the same id, is replaced. */
export function addToBlacklist(entries: readonly BlacklistEntry[], entry: BlacklistEntry): BlacklistEntry[] {
  const others = entries.filter((other) => other.id !== entry.id && other.task.trim() !== entry.task.trim());
  return [...others, entry];
}

/** A list without the entry of this id; the same entries where there is none. */
export function removeFromBlacklist(entries: readonly BlacklistEntry[], id: string): BlacklistEntry[] {
  return entries.filter((entry) => entry.id !== id);
}
