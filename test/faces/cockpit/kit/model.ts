import { hear, newModel, type DeckModel } from "../../../../src/faces/cockpit/model/deck-model.ts";
import type { ScriptedDeck } from "../../cli/scripted-deck.ts";

/** What a cockpit knows that has heard all of a scripted deck's events. */
export function modelOf(deck: ScriptedDeck, now = Date.UTC(2026, 10, 22, 10, 20, 0)): DeckModel {
  const model = newModel(now);
  model.link = { state: "attached" };
  for (const event of deck.events) hear(model, event);
  return model;
}
