import { join } from "node:path";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { startOfflineApi } from "../../src/offline/server.ts";
import { lifeOf, tryDeaths, type Trial } from "./matrix.ts";
import { modelOf } from "./real-model.ts";
import { scenarioOf } from "./scenario.ts";

/**
 * One trial with the real agent, against a model that outlives the deck.
 * @param fate of the agents when their deck dies: they are killed too, left to themselves, or stopped as in the middle of a stop
 */
export async function tryReal(
  trial: Trial,
  fate: "both" | "deck" | "stopped",
): Promise<{ wrong: string[]; events: DeckEvent[] }> {
  const api = await startOfflineApi({ answer: modelOf(scenarioOf(trial.seed)) });
  try {
    return await tryDeaths(trial, lifeOf(join(import.meta.dirname, "real-deck-process.ts"), api.url, fate));
  } finally {
    await api.close();
  }
}
