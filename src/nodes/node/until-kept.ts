import { pause } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import type { NodeEvent } from "../../protocol/node.ts";
import type { Outbox } from "./outbox.ts";

/** Between two tries, the first and the longest pause, milliseconds. */
const leastPauseMs = 1000;
const mostPauseMs = 30_000;

/**
 * Resolves when something could be kept in the outbox, or the signal aborts: a node that takes work and cannot tell of it has its host lose
 * that work. The reason is told once. Never rejects.
 */
export async function untilKept(
  outbox: Pick<Outbox, "tryOut">,
  tell: (event: NodeEvent) => void,
  signal: AbortSignal,
): Promise<void> {
  let isTold = false;
  for (let waitMs = leastPauseMs; !signal.aborted; waitMs = Math.min(waitMs * 2, mostPauseMs)) {
    try {
      return outbox.tryOut();
    } catch (error) {
      const hint = "It takes no work until that is possible again: see to the disk of its folder (--data).";
      const code = error instanceof Fault ? error.code : "node.outbox_failed";
      if (!isTold) tell({ type: "trouble", code, message: messageOf(error), hint });
      isTold = true;
    }
    await pause(waitMs, signal);
  }
}
