import { Fault } from "../../base/fault.ts";
import type { Port } from "../../host/port.ts";
import { closeDeck } from "./close-deck.ts";
import type { DeckFlags } from "./flags/deck-flags.ts";
import { deckOptions } from "./flags/deck-flags.ts";
import type { Paint } from "./paint.ts";
import { painter, wantsColor } from "./paint.ts";
import { sink } from "./sink.ts";
import { usualPatience } from "./stopping.ts";
import type { OpenDeck, World } from "./world.ts";
import { columnsOf } from "./world.ts";

export interface Page {
  /** Width of the terminal; undefined when the text goes elsewhere. */
  columns: number | undefined;
  paint: Paint;
}

/**
 * Opens a deck for reading, writes what the question finds to stdout, and closes it.
 * @param where `running`: the deck that runs in this home is asked, and its record where none does
 */
export async function lookUp(
  world: World,
  flags: DeckFlags & { color: boolean },
  question: (port: Port, page: Page) => Promise<string>,
  where: "record" | "running" = "record",
): Promise<void> {
  const deck = await (where === "running" ? openRunning(world, flags) : openRecord(world, flags));
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

const openRecord = async (world: World, flags: DeckFlags): Promise<OpenDeck> =>
  world.openDeck(await deckOptions(flags, world, "read"));

async function openRunning(world: World, flags: DeckFlags): Promise<OpenDeck> {
  try {
    return await world.openDeck(await deckOptions(flags, world, "attach"));
  } catch (error) {
    if (error instanceof Fault && error.code === "deck.not_running") return openRecord(world, flags);
    throw error;
  }
}
