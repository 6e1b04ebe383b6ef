import { randomUUID, type UUID } from "node:crypto";
import { z } from "zod";

/**
 * Which messages the agent has not begun to read. Its results do not tell: their `queued_turn_count` was 0 with two messages
 * waiting (2.1.330). What does is a `command_lifecycle` message at each step of a message that was sent with a uuid.
 */
export interface Unread {
  /** The uuid to send a message with. */
  next(): UUID;
  /** Looks at a message of the agent's. */
  see(message: unknown): void;
  /** Of an agent that has not told of any message, nothing is known: 0. */
  readonly count: number;
}

const lifecycle = z.looseObject({
  type: z.literal("command_lifecycle"),
  command_uuid: z.string(),
  state: z.string(),
});

export function unreadMessages(): Unread {
  const waiting = new Set<string>();
  let isTold = false;
  return {
    next() {
      const uuid = randomUUID();
      waiting.add(uuid);
      return uuid;
    },
    see(message) {
      const step = lifecycle.safeParse(message);
      if (!step.success) return;
      isTold = true;
      if (step.data.state !== "queued") waiting.delete(step.data.command_uuid);
    },
    get count() {
      return isTold ? waiting.size : 0;
    },
  };
}
