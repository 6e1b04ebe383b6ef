import type { Clock } from "../../base/clock.ts";
import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import { shellWords } from "../../base/shell-words.ts";
import type { DeckOptions } from "../../host/deck-options.ts";
import type { OpenedRun, Port } from "../../host/port.ts";
import type { RunView } from "../../protocol/view.ts";
import { chooseProgress } from "./choose-progress.ts";
import { closeDeck } from "./close-deck.ts";
import { exitCode, exitCodeOfRun } from "./exit.ts";
import type { RunEnd } from "./follow-run.ts";
import { followRun } from "./follow-run.ts";
import { interrupts } from "./interrupts.ts";
import { nextStep } from "./next-step.ts";
import { jsonLine } from "./json-lines.ts";
import { painter, wantsColor } from "./paint.ts";
import type { Sink } from "./sink.ts";
import { sink } from "./sink.ts";
import type { Patience } from "./stopping.ts";
import { usualPatience } from "./stopping.ts";
import { summary } from "./summary.ts";
import type { World } from "./world.ts";
import { columnsOf, isScreen } from "./world.ts";

export interface Drive {
  deck: DeckOptions;
  json: boolean;
  color: boolean;
  /** The goal was read from stdin, which is at its end: nothing can be asked there. */
  inputUsed: boolean;
  /** Only starts it: the host goes on with it. */
  detach: boolean;
  /** Waits for what holds all agents up. */
  waits: boolean;
  /** The flags that name the deck again, for the next command line. */
  again: string;
  /** The same for a command that only looks, or stops. */
  place: string;
  /** Opens the run, or opens it again, or `joins` it where it is open: then with the view of what it was. */
  open: (
    port: Port,
    tell: (text: string) => void,
  ) => Promise<{ opened: OpenedRun; view: RunView | undefined; joins?: boolean }>;
}

/** A start that takes longer than this is told of, milliseconds. */
const slowMs = 700;

/** Opens a deck and a run in it, follows the run to its end, closes the deck, and says how it went. */
export async function driveRun(
  world: World,
  drive: Drive,
  clock: Clock = systemClock,
  patience: Patience = usualPatience,
): Promise<number> {
  const { json } = drive;
  using stops = interrupts(world, clock);
  const progress = chooseProgress(world, drive, clock);
  const tell = (text: string): void => progress.note(text);
  const out = sink(world.stdout);
  const asks = !json && !drive.inputUsed && world.stdin.isTTY === true && isScreen(world, world.stderr);
  stops.listen(() => tell("stopping as soon as the deck is open…"));
  let end: RunEnd | undefined;
  using slow = clock.after(slowMs, () => {
    // Ctrl+C has been answered already.
    if (stops.count === 0 && !json)
      tell(drive.deck.mode === "host" ? "getting the host ready…" : "getting the deck ready…");
  });
  try {
    const deck = await world.openDeck(drive.deck);
    try {
      if (stops.count > 0) return exitCode.interrupted;
      const { runs: before } = drive.deck.mode === "host" ? await deck.port.send({ type: "runs.open" }) : { runs: [] };
      const run = await drive.open(deck.port, tell);
      slow[Symbol.dispose]();
      const beside = before.map(({ run: id }) => id).filter((id) => id !== run.opened.run);
      if (beside.length > 0 && !json) tell(`also open in the host: ${beside.join(", ")} (cyberdeck ls)`);
      if (drive.detach) {
        progress.close();
        await out.write(detached(run.opened, drive));
        await out.flush();
        return exitCode.done;
      }
      end = await followRun({
        port: deck.port,
        joins: false,
        ...run,
        progress,
        interrupts: stops,
        clock,
        patience,
        waits: drive.waits,
        outlives: drive.deck.mode === "host",
        json: json ? out : undefined,
        terminal: asks ? { input: world.stdin, output: world.stderr } : undefined,
      }).catch((error: unknown) => {
        throw cutOff(error, run.opened.run, drive.again);
      });
    } finally {
      await closeDeck(deck, patience.closeMs, tell);
    }
  } finally {
    progress.close();
  }
  stops.listen(() => out.hurry());
  return report(world, drive, end, out, progress.lastWords);
}

/** A deck that died has not ended its run: it can go on, which is what the netrunner is to know. */
function cutOff(error: unknown, run: string, again: string): unknown {
  if (!(error instanceof Fault) || error.code !== "deck.ended") return error;
  const { kind, code, message, facts, cause } = error;
  const hint = `The run is not over, and nothing is lost. Go on with: cyberdeck run --resume ${shellWords([run])}${again}`;
  return new Fault(kind, code, message, { facts, hint, ...(cause === undefined ? {} : { cause }) });
}

/** What a command says that only starts a run. */
function detached({ run, folder }: OpenedRun, { json, place }: Drive): string {
  if (json) return jsonLine({ run, folder });
  const lines = [
    `${run} is at work in the host of this home.`,
    `  follow it:  cyberdeck logs ${run} --follow${place}`,
    `  stop it:    cyberdeck eject --run ${run}${place}`,
  ];
  return `${lines.join("\n")}\n`;
}

async function report(
  world: World,
  drive: Drive,
  end: RunEnd,
  out: Sink,
  shownWords: string | undefined,
): Promise<number> {
  if ("lost" in end) {
    const run = end.view === undefined ? "" : ` Look at it with: cyberdeck show ${end.view.run}${drive.place}`;
    const rest = drive.deck.mode === "host" ? "the host goes on with it" : "the deck was closed without its end";
    world.stderr.write(`${end.lost}; ${rest}.${run}\n`);
    return exitCode.interrupted;
  }
  const { view } = end;
  if (!drive.json) {
    const paint = painter(wantsColor(world, world.stdout, drive.color));
    // On one terminal the daemon's last words stand above already; in a file or a pipe they are the result.
    const words = world.stdout.isTTY === true && shownWords === view.daemon.lastChat ? "" : view.daemon.lastChat;
    await out.write(summary(view, words, columnsOf(world.stdout), paint));
  }
  await out.flush();
  const step = nextStep(view, drive.again, end.rule);
  if (step !== undefined) world.stderr.write(`${step}\n`);
  return exitCodeOfRun(view.status);
}
