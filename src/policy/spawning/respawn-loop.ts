import type { Outcome } from "../../protocol/outcome.ts";
import { compareTasks, coversTask, sameWork } from "./similarity.ts";
import { featuresOf, type TaskFeatures } from "./task-features.ts";

/** What is looked at of a construct that has ended. */
export type PastAttempt = Pick<
  Outcome,
  "id" | "task" | "state" | "cause" | "result" | "files" | "started_at" | "duration_ms"
>;

export interface LoopVerdict {
  /** `warn`: the last attempt that is let through. */
  verdict: "ok" | "warn" | "refuse";
  /** Which attempt at this work the new task would be, from 1. */
  count: number;
  /** How many attempts there may be. */
  of: number;
  /** Ids of the earlier attempts that ended badly, oldest first. */
  earlier: readonly string[];
}

/** Attempts at one piece of work, the first included. */
export const allowedAttempts = 3;

/**
 * Whether a task is one more try at work that keeps ending badly. A try counts when it began after the one before it
 * had ended: what runs side by side is one fan-out, not a loop. A good outcome of the same work starts the count anew.
 * @param history of the run, in the order in which the constructs ended
 */
export function respawnLoop(history: readonly PastAttempt[], task: string): LoopVerdict {
  const asked = featuresOf(task);
  // Two retries with different advice hold more than each other, but both hold the first attempt.
  const known: TaskFeatures[] = [];
  let earlier: string[] = [];
  let lastEnd = Number.NEGATIVE_INFINITY;
  for (const past of history) {
    const rating = rate(past);
    if (rating === "neutral") continue;
    const features = featuresOf(past.task);
    if (
      past.task.trim() !== task.trim() &&
      !isSame(asked, features) &&
      !known.some((first) => coversTask(features, first))
    )
      continue;
    known.push(features);
    if (rating === "good") {
      earlier = [];
      lastEnd = Number.NEGATIVE_INFINITY;
    } else if (past.started_at === null) {
      // It never began, so it cannot have run beside another.
      earlier.push(past.id);
    } else if (past.started_at >= lastEnd) {
      earlier.push(past.id);
      lastEnd = past.started_at + past.duration_ms;
    }
  }
  const count = earlier.length + 1;
  const verdict = count > allowedAttempts ? "refuse" : count === allowedAttempts ? "warn" : "ok";
  return { verdict, count, of: allowedAttempts, earlier };
}

/** The same work in other words, or with more advice than before. A smaller piece of it is new work. */
const isSame = (asked: TaskFeatures, earlier: TaskFeatures): boolean =>
  compareTasks(asked, earlier) >= sameWork || coversTask(asked, earlier);

/** How an attempt speaks about its task. What somebody stopped, or what never had its turn, says nothing. */
function rate(past: PastAttempt): "good" | "bad" | "neutral" {
  if (past.state === "redirected" || saysNothing.test(past.cause)) return "neutral";
  if (past.state !== "done") return "bad";
  return past.result.trim() === "" && past.files.length === 0 ? "bad" : "good";
}

const saysNothing = /^(?:netrunner|blacklist|inject|eject|host_shutdown|dependency)/;
