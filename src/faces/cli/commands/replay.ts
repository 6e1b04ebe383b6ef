import type { Command } from "commander";
import { pause, systemClock } from "../../../base/clock.ts";
import { Fault } from "../../../base/fault.ts";
import { readDuration } from "../../../base/units.ts";
import type { RunView } from "../../../protocol/view.ts";
import { moment, spell } from "../../words/amounts.ts";
import { chooseProgress } from "../choose-progress.ts";
import { closeDeck } from "../close-deck.ts";
import { exitCode } from "../exit.ts";
import { findRun } from "../find-run.ts";
import { addHomeFlags, deckOptions, type DeckFlags } from "../flags/deck-flags.ts";
import { windowOf } from "../flags/values.ts";
import { interrupts } from "../interrupts.ts";
import { painter, wantsColor } from "../paint.ts";
import { replayClock, replayRun, type Mark } from "../replay-run.ts";
import { sink } from "../sink.ts";
import { usualPatience } from "../stopping.ts";
import { summary } from "../summary.ts";
import { columnsOf, isScreen, type World } from "../world.ts";

interface ReplayFlags extends DeckFlags {
  speed?: number | "max";
  from?: Mark;
  to?: Mark;
  idle: number | "forever";
  json?: boolean;
  color: boolean;
}

/** `cyberdeck replay`: shows a recorded run again, as it was followed while it went on. Nothing is started or changed. */
export function defineReplay(command: Command, world: World, finish: (code: number) => void): void {
  command.argument("[run]", 'its id, the unique beginning or end of it, or "last"', "last");
  addHomeFlags(command)
    .option(
      "--speed <n>",
      'how often as fast as it happened, or "max" (default: 1 on a terminal, otherwise max)',
      speedOf,
    )
    .option("--from <place>", "begin at an event (its number), a time into the run (90s), or a date", markOf("--from"))
    .option("--to <place>", "end there", markOf("--to"))
    .option("--idle <time>", "the longest pause between two events", windowOf("--idle"), 2000)
    .option("--json", "write each event as a line of JSON to stdout, and nothing else")
    .addHelpText("after", examples)
    .action(async (name: string) => {
      finish(await replay(name, command.optsWithGlobals<ReplayFlags>(), world));
    });
}

async function replay(name: string, flags: ReplayFlags, world: World): Promise<number> {
  const json = flags.json === true;
  const screen = isScreen(world, world.stderr);
  const stop = new AbortController();
  using stops = interrupts(world, systemClock);
  stops.listen(() => stop.abort());
  const out = sink(world.stdout);
  out.gone.addEventListener("abort", () => stop.abort());
  const time = replayClock(systemClock);
  const progress = chooseProgress(world, { json, color: flags.color }, time);
  const deck = await world.openDeck(await deckOptions(flags, world, "read"));
  try {
    const { view, isEmpty } = await replayRun({
      run: await findRun(deck.port, name),
      events: deck.port.follow(0),
      from: flags.from,
      to: flags.to,
      speed: flags.speed ?? (screen && !json ? 1 : "max"),
      idleMs: flags.idle === "forever" ? Number.POSITIVE_INFINITY : flags.idle,
      progress,
      json: json ? out : undefined,
      time,
      wait: (ms, signal) => pause(Math.min(ms, longestTimer), signal),
      signal: stop.signal,
    });
    progress.close();
    if (stop.signal.aborted) {
      out.hurry();
      return exitCode.interrupted;
    }
    if (isEmpty && view !== undefined) world.stderr.write(`${nothingShown(view, flags)}\n`);
    if (!json && view !== undefined) {
      const paint = painter(wantsColor(world, world.stdout, flags.color));
      const words =
        world.stdout.isTTY === true && progress.lastWords === view.daemon.lastChat ? "" : view.daemon.lastChat;
      await out.write(summary(view, words, columnsOf(world.stdout), paint));
    }
    await out.flush();
    return exitCode.done;
  } finally {
    progress.close();
    await closeDeck(deck, usualPatience.closeMs, (text) => void world.stderr.write(`${text}\n`));
  }
}

/** Why there was nothing to see. */
function nothingShown({ run, lastSeq, lastAt, openedAt }: RunView, { from, to }: ReplayFlags): string {
  if (to !== undefined)
    return `nothing to show: no event of ${run} is ${from === undefined ? "before --to" : "between --from and --to"}`;
  return `nothing to show: ${run} was over before --from; its last event is number ${lastSeq}, ${spell(lastAt - openedAt)} into the run (${moment(lastAt)})`;
}

/** A timer of Node takes no more. */
const longestTimer = 2 ** 31 - 1;

function speedOf(text: string): number | "max" {
  if (text.trim() === "max") return "max";
  const wanted = text.trim().replace(/x$/i, "");
  const value = /^\d{1,6}(?:\.\d{1,3})?$/.test(wanted) ? Number(wanted) : 0;
  if (value > 0) return value;
  throw new Fault("usage", "cli.bad_value", `--speed cannot be "${text}"`, {
    hint: "give a number above 0, as in --speed 10, or --speed max",
  });
}

const markOf =
  (flag: string) =>
  (text: string): Mark => {
    const wanted = text.trim();
    if (/^\d{1,15}$/.test(wanted)) return { seq: Number(wanted) };
    const into = readDuration(wanted);
    if (into !== undefined) return { into };
    const at = /^\d{4}-\d\d-\d\d/.test(wanted) ? Date.parse(wanted) : Number.NaN;
    if (!Number.isNaN(at)) return { at };
    throw new Fault("usage", "cli.bad_value", `${flag} cannot be "${text}"`, {
      hint: `give the number of an event, a time into the run such as ${flag} 90s, or a date such as ${flag} 2026-01-02T03:04:05`,
    });
  };

const examples = `
Examples:
  cyberdeck replay
  cyberdeck replay a1b2 --speed 20 --idle 1s
  cyberdeck replay last --from 10m --to 15m
  cyberdeck replay last --json --speed max | jq -r .type
`;
