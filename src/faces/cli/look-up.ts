import { Fault } from "../../base/fault.ts";
import type { DeckOptions } from "../../host/deck-options.ts";
import type { Port } from "../../host/port.ts";
import { closeDeck } from "./close-deck.ts";
import type { DeckFlags } from "./flags/deck-flags.ts";
import { deckOptions } from "./flags/deck-flags.ts";
import type { Paint } from "./paint.ts";
import { painter, wantsColor } from "./paint.ts";
import { sink } from "./sink.ts";
import { usualPatience } from "./stopping.ts";
import type { World } from "./world.ts";
import { columnsOf } from "./world.ts";

export interface Page {
  /** Width of the terminal; undefined when the text goes elsewhere. */
  columns: number | undefined;
  paint: Paint;
}

/**
 * Opens a deck, writes what the question finds to stdout, and closes it.
 * @param mode `read` for what is on record, `attach` to speak to the deck that runs
 */
export async function lookUp(
  world: World,
  flags: DeckFlags & { color: boolean },
  question: (port: Port, page: Page) => Promise<string>,
  mode: DeckOptions["mode"] = "read",
): Promise<void> {
  const deck = await world.openDeck(await deckOptions(flags, world, mode));
  const page = { columns: columnsOf(world.stdout), paint: painter(wantsColor(world, world.stdout, flags.color)) };
  // A reader that has seen enough (`| head`) is no mistake.
  const out = sink(world.stdout);
  try {
    await out.write(await question(deck.port, page));
    await out.flush();
  } finally {
    await closeDeck(deck, usualPatience.closeMs, (text) => void world.stderr.write(`${text}\n`));
  }
}

/** The same with the deck that runs; where none does, with the home itself, to read or to change what is kept there. */
export async function lookUpAnywhere(
  world: World,
  flags: DeckFlags & { color: boolean },
  question: (port: Port, page: Page) => Promise<string>,
  otherwise: "read" | "edit",
): Promise<void> {
  try {
    await lookUp(world, flags, question, "attach");
  } catch (error) {
    if (!(error instanceof Fault) || error.code !== "deck.not_running") throw error;
    await lookUp(world, flags, question, otherwise);
  }
}
