import { pause, systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import type { DeckOptions } from "../../host/deck-options.ts";
import type { Port } from "../../host/port.ts";
import { closeDeck } from "./close-deck.ts";
import type { DeckFlags } from "./flags/deck-flags.ts";
import { deckOptions } from "./flags/deck-flags.ts";
import type { Paint } from "./paint.ts";
import { painter, wantsColor } from "./paint.ts";
import { openRunNamed } from "./open-run.ts";
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
 * Opens a deck, writes what the question finds to stdout, and closes it.
 * @param where `record`: what is on record; `deck`: the deck that runs in this home; `either`: that deck, and the record
 * where none runs; `asking`: that deck, and where none runs, one that answers questions alone; `home`: that deck, and the home itself where none runs, to change what is kept there
 */
export async function lookUp(
  world: World,
  flags: DeckFlags & { color: boolean },
  question: (port: Port, page: Page) => Promise<string>,
  where: keyof typeof doors = "record",
): Promise<void> {
  const deck = await doors[where](world, flags);
  const page = { columns: columnsOf(world.stdout), paint: painter(wantsColor(world, world.stdout, flags.color)) };
  // A reader that has seen enough (`| head`) is no mistake.
  const out = sink(world.stdout);
  try {
    const port = flags.run === undefined ? deck.port : await openRunNamed(deck.port, flags.run);
    await out.write(await question(port, page));
    await out.flush();
  } finally {
    await closeDeck(deck, usualPatience.closeMs, (text) => void world.stderr.write(`${text}\n`));
  }
}

type Open = (world: World, flags: DeckFlags) => Promise<OpenDeck>;

const openAs =
  (mode: DeckOptions["mode"]): Open =>
  async (world, flags) =>
    world.openDeck(await deckOptions(flags, world, mode));

const runningOr =
  (mode: "read" | "edit" | "ask"): Open =>
  async (world, flags) => {
    try {
      return await openAs("attach")(world, flags);
    } catch (error) {
      if (error instanceof Fault && error.code === "deck.not_running") return openAs(mode)(world, flags);
      throw error;
    }
  };

/** How long another command may be at the home, milliseconds: to change something there takes a tenth of a second. */
const othersMs = 3000;

/** The deck that runs in the home, or the home itself; waits for another command that is changing something there. */
const homeItself: Open = async (world, flags) => {
  const until = systemClock.monotonic() + othersMs;
  for (;;) {
    try {
      return await runningOr("edit")(world, flags);
    } catch (error) {
      const isBusy = error instanceof Fault && error.code === "home.locked";
      if (!isBusy || systemClock.monotonic() > until) throw error;
      // There is nothing to wait for but the lock itself.
      await pause(50);
    }
  }
};

const doors = {
  record: openAs("read"),
  deck: openAs("attach"),
  either: runningOr("read"),
  asking: runningOr("ask"),
  home: homeItself,
};
