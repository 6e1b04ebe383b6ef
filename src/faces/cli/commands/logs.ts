import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { oneLine } from "../../../base/text.ts";
import type { DeckOptions } from "../../../host/deck-options.ts";
import type { Port } from "../../../host/port.ts";
import type { DeckEvent } from "../../../protocol/event.ts";
import { foldEvent } from "../../../protocol/snapshot.ts";
import type { RunView } from "../../../protocol/view.ts";
import { closeDeck } from "../close-deck.ts";
import { eventLine } from "../event-lines.ts";
import { exitCode } from "../exit.ts";
import { findRun, listRuns } from "../find-run.ts";
import { addHomeFlags, deckOptions, repeated, type DeckFlags } from "../flags/deck-flags.ts";
import { wholeNumber } from "../flags/values.ts";
import { eventTypes, nextFlags, readPage, wantsPage, type PageFlags } from "../log-page.ts";
import { shellWords } from "../../../base/shell-words.ts";
import { sink } from "../sink.ts";
import { usualPatience } from "../stopping.ts";
import { tailOf } from "../tail-of.ts";
import type { OpenDeck, World } from "../world.ts";

interface LogsFlags extends DeckFlags, PageFlags {
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
    .option(
      "--last <n>",
      "only so many events: the latest ones, or with --after the first ones",
      wholeNumber("--last", 1),
    )
    .option("--before <seq>", "only events before this number", wholeNumber("--before", 1))
    .option("--after <seq>", "only events after this number", wholeNumber("--after", 0))
    .option("--type <type>", "only events of this type; give it again for another one", eventTypes)
    .option("--json", "write each event as a line of JSON")
    .addHelpText("after", examples)
    .action(async (name: string) => {
      const flags = command.optsWithGlobals<LogsFlags>();
      mustBeOneChoice(flags);
      const deck = await openToLook(world, flags);
      try {
        const subject = await subjectOf(deck.port, name);
        if (wantsPage(flags)) await writePage(world, deck.port, { ...subject, name }, flags);
        else await write(world, deck.port, subject, flags);
      } finally {
        await closeDeck(deck, usualPatience.closeMs, (text) => void world.stderr.write(`${text}\n`));
      }
      finish(exitCode.done);
    });
}

function mustBeOneChoice(flags: LogsFlags): void {
  if (!wantsPage(flags)) return;
  if (flags.tail !== undefined)
    throw new Fault("usage", "cli.tail_page", "--tail counts lines, so it does not go with a choice of events", {
      hint: "leave out --tail and use --last, which counts events",
    });
  if (flags.follow !== true) return;
  throw new Fault("usage", "cli.follow_page", "--follow tells everything, so it does not go with a choice of events", {
    hint: "leave out --last, --before, --after and --type, or --follow",
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

/** Writes some events, and on stderr how to get those beyond them. */
async function writePage(
  world: World,
  port: Port,
  { view, construct, name }: Subject & { name: string },
  flags: LogsFlags,
): Promise<void> {
  const page = await readPage(port, { run: view.run, construct }, flags);
  const out = sink(world.stdout);
  const lines = page.events.flatMap((event) => eventLine(event, view, flags.json === true) ?? []);
  for (const line of lines) await out.write(line);
  await out.flush();
  const untold = page.events.length - lines.length;
  if (untold > 0) world.stderr.write(`not told here: ${untold} of ${page.events.length} events; --json shows all\n`);
  if (!page.more) return;
  const beyond = flags.after === undefined ? "earlier" : "later";
  const what = shellWords([construct ?? name]);
  world.stderr.write(`${beyond} ones: cyberdeck logs ${what} ${nextFlags(page, flags)}${repeated(flags, "home")}\n`);
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
    return eventLine(event, view, flags.json === true);
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

const examples = `
Examples:
  cyberdeck logs
  cyberdeck logs a1b2 --follow
  cyberdeck logs last --last 50 --type daemon.chat --type netrunner.said
  cyberdeck logs a1b2 --follow --tail 20
  cyberdeck logs cx-1a2b3c4d --json | jq -r 'select(.type == "construct.said") | .text'
`;
