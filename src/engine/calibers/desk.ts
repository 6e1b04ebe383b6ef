import { existsSync } from "node:fs";
import { dirname } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { messageOf } from "../../base/fault.ts";
import { mutex } from "../../base/mutex.ts";
import type { ModelList, KnownCalibers } from "../../protocol/models.ts";
import { readCaliberCache, writeCaliberCache, type CachedModels } from "../../store/caliber-cache.ts";
import { fallbackModels } from "./fallback.ts";

export interface CaliberDeskParts {
  /** Where it is kept what the agent has said. Nothing is kept while its folder is not there. */
  file: string;
  /** Names the agent and the provider behind it: where it is another one, the agent is asked anew. */
  identity: () => Promise<string>;
  /** Asks the agent. Rejects when it does not say. */
  ask: (signal: AbortSignal) => Promise<ModelList>;
  clock: Clock;
  /** The longest that the agent may take, milliseconds. */
  limitMs?: number;
}

/** Who knows which models there are: the agent, asked once for each version of it. */
export interface CaliberDesk {
  /** What is known, if need be by asking the agent. Never rejects. */
  known(): Promise<KnownCalibers>;
  /** Asks the agent, whatever is known. Never rejects. */
  refresh(): Promise<KnownCalibers>;
  /** Gives up a question that is under way, and asks no more. Resolves when nothing of it is alive. */
  close(): Promise<void>;
}

/** It answers in a third of a second; a machine at its limits may take many times that. */
const usualLimitMs = 10_000;

export function openCaliberDesk(parts: CaliberDeskParts): CaliberDesk {
  const { file, clock, limitMs = usualLimitMs } = parts;
  const leaving = new AbortController();
  const inTurn = mutex();
  let underWay: Promise<KnownCalibers> | undefined;
  let last: { identity: string; known: KnownCalibers } | undefined;

  const ask = async (identity: string, earlier: CachedModels | undefined): Promise<KnownCalibers> => {
    if (leaving.signal.aborted) return withoutAgent("The deck is being closed.", earlier);
    const late = new AbortController();
    using _timer = clock.after(limitMs, () => late.abort());
    try {
      const catalogue = await parts.ask(AbortSignal.any([leaving.signal, late.signal]));
      const cached = { identity, asked_at: clock.now(), catalogue };
      return { ...knownFrom("agent", cached), warnings: await keep(file, cached) };
    } catch (error) {
      return withoutAgent(messageOf(error), earlier);
    }
  };

  const look = async (isAnew: boolean): Promise<KnownCalibers> => {
    const identity = await parts.identity();
    if (!isAnew && last?.identity === identity && last.known.from !== "fallback") return last.known;
    const found = await readCaliberCache(file);
    const cached = "cached" in found ? found.cached : undefined;
    const isGood = cached?.identity === identity && !isAnew;
    const known = isGood ? knownFrom("cache", cached) : await ask(identity, cached);
    const broken =
      "problem" in found ? [warning("calibers.cache_broken", `${file} is ignored: ${found.problem}.`)] : [];
    last = { identity, known: { ...known, warnings: [...broken, ...known.warnings] } };
    return last.known;
  };

  /** Who wants to know while it is being found out shares the answer, also where that is that it cannot be found out. */
  const shared = async (): Promise<KnownCalibers> => {
    underWay ??= inTurn(() => look(false)).finally(() => {
      underWay = undefined;
    });
    return underWay;
  };

  return {
    known: shared,
    refresh: () => inTurn(() => look(true)),
    async close() {
      leaving.abort();
      await inTurn(() => Promise.resolve());
    },
  };
}

const knownFrom = (from: "agent" | "cache", { asked_at, catalogue }: CachedModels): KnownCalibers => ({
  ...catalogue,
  from,
  asked_at,
  warnings: [],
});

/** What an earlier agent said is nearer to the truth than what we know by ourselves. */
function withoutAgent(why: string, earlier: CachedModels | undefined): KnownCalibers {
  if (earlier === undefined) {
    const message = `${why} Only ${fallbackModels.models.map(({ value }) => value).join(", ")} and full names can be chosen, and no price is known.`;
    return { ...fallbackModels, from: "fallback", asked_at: null, warnings: [warning(unlisted, message)] };
  }
  const message = `${why} What an earlier agent (${earlier.catalogue.version ?? "of an unknown version"}) said counts.`;
  return { ...knownFrom("cache", earlier), warnings: [warning(unlisted, message)] };
}

async function keep(file: string, cached: CachedModels): Promise<KnownCalibers["warnings"]> {
  if (!existsSync(dirname(file))) return [];
  try {
    await writeCaliberCache(file, cached);
    return [];
  } catch (error) {
    return [warning("calibers.not_kept", `${file} could not be written: ${messageOf(error)}`)];
  }
}

const unlisted = "calibers.not_listed";

const warning = (code: string, message: string): KnownCalibers["warnings"][number] => ({ code, message });
