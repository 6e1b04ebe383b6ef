import type { EventDraft } from "../../protocol/event.ts";
import type { Answerer, AskView } from "../../protocol/watchdog.ts";
import { systemTable } from "../../process/table.ts";
import { noteFor } from "../journal.ts";

/** Looks this process up in the process table, once. */
export function thisAnswerer(): () => Promise<Answerer> {
  let looked: Promise<Answerer> | undefined;
  const look = async (): Promise<Answerer> => {
    const { pid } = process;
    return { pid, started: (await systemTable().find(pid))?.started ?? null };
  };
  return () => (looked ??= look());
}

/** Questions as they are told: those that nobody can answer any more have failed. */
export async function toldAsUnanswered(asks: readonly AskView[]): Promise<AskView[]> {
  const left = new Set(await leftIn(asks));
  return asks.map((ask) => (left.has(ask) ? { ...ask, state: "failed", reason: whyUnanswered } : ask));
}

/** Records that nobody can answer these any more, where that is so. Of several who do so at once, any is right. */
export async function endUnanswered(asks: readonly AskView[], record: (draft: EventDraft) => boolean): Promise<void> {
  for (const { ask, run } of await leftIn(asks))
    noteFor(record, run, "engine")("watchdog.failed", { ask, reason: whyUnanswered, cost_usd: 0 });
}

const whyUnanswered = "the deck that was to answer it has died; ask again";

/** A question of a record that does not say who was to answer it waits for no longer than this, milliseconds. */
const mostWaitMs = 3_600_000;

async function leftIn(asks: readonly AskView[]): Promise<AskView[]> {
  const open = asks.filter(({ state }) => state === "open");
  const lives = await Promise.all(open.map(isAwaited));
  return open.filter((_, at) => lives[at] !== true);
}

async function isAwaited({ by, askedAt }: AskView): Promise<boolean> {
  if (by === null) return Date.now() - askedAt < mostWaitMs;
  const entry = await systemTable().find(by.pid);
  return entry !== undefined && entry.alive && (by.started === null || entry.started === by.started);
}
