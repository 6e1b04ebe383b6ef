import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type { Step } from "../src/offline/script.ts";
import type { SeenRequest } from "../src/offline/seen.ts";
import type { RunSettings } from "../src/protocol/settings.ts";
import { startOfflineApi } from "../src/offline/server.ts";
import type { DeckEvent } from "../src/protocol/event.ts";
import { of, openTestDeck } from "../test/kit/deck.ts";
import { runBare, runBareReady } from "./bare.ts";
import { timeProcessor } from "./processor.ts";
import { tenFiles, tenScript } from "./ten.ts";

/** How many agents may be starting at the same time: what the deck does by default on this machine. */
export const atATime = availableParallelism();

/** Milliseconds; `cpu` is of this process and all that it started. */
export interface Taken {
  wall: number;
  cpu: number;
}

export interface DeckRound extends Taken {
  events: DeckEvent[];
  requests: SeenRequest[];
}

/** The goal of the ten tasks on a fresh deck, from `goal.set` to `run.closed`. */
export async function deckRound(
  steps: (index: number) => Step[],
  settings: Partial<RunSettings> = {},
): Promise<DeckRound> {
  await using kit = await openTestDeck({
    answer: tenScript(steps),
    files: tenFiles,
    settings: { max_starting: atATime, ...settings },
  });
  const { result, cpu } = await timeProcessor(async () => {
    const began = performance.now();
    const events = await kit.runGoal("Sum up the ten notes.");
    return { events, wall: performance.now() - began };
  });
  const status = of(result.events, "run.closed")[0]?.body.status;
  if (status !== "done") throw new Error(`the run ended as ${status ?? "nothing"}`);
  return { ...result, cpu, requests: [...kit.api.requests] };
}

/** The same prompts in bare sessions, in a folder of the same shape; "ready": in sessions that are up already. */
export async function bareRound(
  steps: (index: number) => Step[],
  prompts: readonly string[],
  mostStarting: number | "ready",
): Promise<Taken> {
  const folder = mkdtempSync(join(tmpdir(), "deck-bench-"));
  const workspace = join(folder, "workspace");
  const agentHome = join(folder, "agent-home");
  mkdirSync(agentHome);
  for (const [path, text] of Object.entries(tenFiles)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
  const api = await startOfflineApi({ answer: tenScript(steps) });
  try {
    const { result, cpu } = await timeProcessor(() =>
      mostStarting === "ready"
        ? runBareReady({ workspace, agentHome, apiUrl: api.url, prompts, mostStarting: atATime })
        : runBare({ workspace, agentHome, apiUrl: api.url, prompts, mostStarting }),
    );
    return { wall: result, cpu };
  } finally {
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}
