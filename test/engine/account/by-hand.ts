import type { AgentEvent } from "../../../src/drivers/agent.ts";
import { openAccount, type Account } from "../../../src/engine/account/account.ts";
import { usualAccountTimes as times } from "../../../src/engine/account/times.ts";
import type { Note } from "../../../src/engine/journal.ts";
import type { AccountHold } from "../../../src/protocol/account.ts";
import { attentionSchema, type AttentionItem } from "../../../src/protocol/attention.ts";
import { handClock } from "../../kit/hand-clock.ts";
import { aTurnEnd } from "../../kit/turn-end.ts";

export const start = Date.UTC(2026, 0, 2);
export const minute = 60_000;
export const hour = 60 * minute;

/** An account with a clock of its own, and runs that hear of it; `items` of a run are those that are open. */
export function open(last?: AccountHold) {
  const clock = handClock(start);
  const account = openAccount({ clock, times, last, random: () => 0 });
  const join = (
    onChange: () => void = () => undefined,
  ): { told: string[]; items: AttentionItem[]; leave: () => void } => {
    const told: string[] = [];
    const items: AttentionItem[] = [];
    const note: Note = (type, body) => {
      const how = "how" in body && typeof body.how === "string" ? ` ${body.how}` : "";
      if (type.startsWith("account.")) told.push(`${type.slice(8)}${how}`);
      const item = attentionSchema.safeParse(body);
      if (type === "attention.raised" && item.success) items.push(item.data);
      if (type === "attention.closed" && "item" in body)
        items.splice(
          items.findIndex((one) => one.item === body.item),
          1,
        );
      return true;
    };
    const membership = account.join({ note, onChange });
    return { told, items, leave: () => membership.leave() };
  };
  return { account, clock, join };
}

/** A turn that the provider has refused because the limit is reached. */
export const refused: AgentEvent = {
  type: "turn.ended",
  turn: aTurnEnd({ status: "error", ok: false, text: "used up", apiStatus: 429 }),
};

/** An agent meets a limit that holds until then. */
export function meetLimit(account: Account, who: string, resetsAt: number, place: string | null = null): void {
  account.see(who, { type: "limited", status: "rejected", resetsAt }, place);
  account.see(who, refused, place);
}

/** The login is not accepted. */
export const noLogin: AgentEvent = { type: "rejected", reason: "authentication_failed", text: "Invalid API key" };
