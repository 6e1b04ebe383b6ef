import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { inert, oneLine } from "../../../base/text.ts";
import type { DeckOptions } from "../../../host/deck-options.ts";
import type { Port } from "../../../host/port.ts";
import { flatEvent, type DeckEvent } from "../../../protocol/event.ts";
import { foldEvent } from "../../../protocol/snapshot.ts";
import type { RunView } from "../../../protocol/view.ts";
import { moment } from "../amounts.ts";
import { closeDeck } from "../close-deck.ts";
import { exitCode } from "../exit.ts";
import { findRun, listRuns } from "../find-run.ts";
import { addHomeFlags, deckOptions, type DeckFlags } from "../flags/deck-flags.ts";
import { wholeNumber } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { narrate } from "../narrate.ts";
import { nearText } from "../near.ts";
import { sink } from "../sink.ts";
import { usualPatience } from "../stopping.ts";
import { tailOf } from "../tail-of.ts";
import { pad } from "../width.ts";
import type { OpenDeck, World } from "../world.ts";

interface LogsFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
  follow?: boolean;
  tail?: number;
}

/** `cyberdeck logs`: what happened in a run, or with one construct, from the record; and what is to come. */
export function defineLogs(command: Command, world: World, finish: (code: number) => void): void {
  command.argument(
    "[what]",
    'a run (its id, the unique beginning or end of it, or "last") or a construct (cx-…)',
    "last",
  );
  addHomeFlags(command)
    .option("-f, --follow", "go on with what is to come, until it has ended; Ctrl+C only leaves")
    .option("-n, --tail <count>", "begin with the last lines, so many", wholeNumber("--tail", 0))
    .option("--json", "write each event as a line of JSON")
    .addHelpText("after", examples)
    .action(async (name: string) => {
      const flags = command.optsWithGlobals<LogsFlags>();
      const deck = await openToLook(world, flags);
      try {
        await write(world, deck.port, await subjectOf(deck.port, name), flags);
      } finally {
        await closeDeck(deck, usualPatience.closeMs, (text) => void world.stderr.write(`${text}\n`));
      }
      finish(exitCode.done);
    });
}

async function openToLook(world: World, flags: LogsFlags): Promise<OpenDeck> {
  const open = async (mode: DeckOptions["mode"]): Promise<OpenDeck> =>
    world.openDeck(await deckOptions(flags, world, mode));
  try {
    return await open("attach");
  } catch (error) {
    if (error instanceof Fault && error.code === "deck.not_running") return open("read");
    throw error;
  }
}

interface Subject {
  view: RunView;
  construct: string | undefined;
}

async function subjectOf(port: Port, name: string): Promise<Subject> {
  const show = async (run: string): Promise<RunView> =>
    structuredClone((await port.send({ type: "run.show", run })).view);
  if (!name.startsWith("cx-")) return { view: await show(await findRun(port, name)), construct: undefined };
  for (const { run } of await listRuns(port)) {
    const view = await show(run);
    const matches = Object.keys(view.constructs).filter((id) => id.startsWith(name));
    const [only] = matches;
    if (only !== undefined && matches.length === 1) return { view, construct: only };
    if (matches.length > 1)
      throw new Fault("usage", "cli.ambiguous_construct", `${matches.length} constructs fit "${oneLine(name, 60)}"`, {
        hint: `name one: ${matches.slice(0, 5).join(", ")}`,
      });
  }
  throw new Fault("usage", "cli.no_such_construct", `no run of this deck has a construct ${oneLine(name, 60)}`, {
    hint: '"cyberdeck show RUN" lists the constructs of a run',
  });
}

async function write(world: World, port: Port, { view, construct }: Subject, flags: LogsFlags): Promise<void> {
  const out = sink(world.stdout);
  // Each line is told as of now: names and goals that a line may repeat are known.
  const { run, lastSeq } = view;
  const isOver = (): boolean =>
    construct === undefined ? view.closedAt !== null : (view.constructs[construct]?.outcome ?? null) !== null;
  const isLast = (event: DeckEvent): boolean =>
    event.seq >= lastSeq && (flags.follow !== true || isOver() || out.gone.aborted);
  const lineFor = (event: DeckEvent): string | undefined => {
    if (construct !== undefined && !isAbout(event, construct)) return undefined;
    return flags.json === true ? jsonLine(flatEvent(event)) : lineOf(event, view);
  };
  const after =
    flags.tail === undefined
      ? view.firstSeq - 1
      : await tailOf(port, view, { count: flags.tail, isTold: (event) => lineFor(event) !== undefined });
  if (after >= lastSeq && (flags.follow !== true || isOver())) return;
  for await (const event of port.follow(after)) {
    if (event.run !== run) {
      if (event.seq >= lastSeq && flags.follow !== true) break;
      continue;
    }
    if (event.seq > view.lastSeq) foldEvent(view, event);
    const line = lineFor(event);
    if (line !== undefined) await out.write(line);
    if (isLast(event)) break;
  }
  await out.flush();
}

const isAbout = ({ body }: DeckEvent, construct: string): boolean =>
  "construct" in body && body.construct === construct;

function lineOf(event: DeckEvent, view: RunView): string | undefined {
  const telling = narrate(event);
  if (telling === undefined) return undefined;
  const text = oneLine(inert(nearText(telling, view)), 240);
  return `${[moment(event.at), pad(oneLine(telling.who, 20), 11), pad(telling.word, 10), text].join("  ").trimEnd()}\n`;
}

const examples = `
Examples:
  cyberdeck logs
  cyberdeck logs a1b2 --follow
  cyberdeck logs a1b2 --follow --tail 20
  cyberdeck logs cx-1a2b3c4d --json | jq -r 'select(.type == "construct.said") | .text'
`;
