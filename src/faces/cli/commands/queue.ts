import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import type { Port } from "../../../host/port.ts";
import { exitCode } from "../exit.ts";
import { findConstruct } from "../find-construct.ts";
import { addHomeFlags, type DeckFlags } from "../flags/deck-flags.ts";
import { words } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp, type Page } from "../look-up.ts";
import { openViews } from "../open-run.ts";
import { waitingIn } from "../../words/waiting.ts";
import { queuePage } from "../show/queue-page.ts";
import type { World } from "../world.ts";

interface QueueFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
  before?: string;
  first?: boolean;
  last?: boolean;
}

/** `cyberdeck queue`: what waits for its start, in which order, and for what; and changes of that. */
export function defineQueue(command: Command, world: World, finish: (code: number) => void): void {
  const verb = (name: string, summary: string): Command =>
    addHomeFlags(command.command(name).description(summary)).option("--json", "write lines of JSON");
  const look = async (of: Command, question: (port: Port, flags: QueueFlags, page: Page) => Promise<string>) => {
    const flags = of.optsWithGlobals<QueueFlags>();
    const isList = of.name() === "list" || of === command;
    await lookUp(world, flags, (port, page) => question(port, flags, page), isList ? "either" : "deck");
    finish(exitCode.done);
  };
  const list = verb("list", "show what waits, in the order in which it starts").action(() => look(list, listing));
  const move = verb("move", "change the order")
    .argument("<construct>", "its id, or the unique beginning of it")
    .option("--before <construct>", "to stand before this one", words("--before", "cx-1a2b3c4d"))
    .option("--first", "to be the next one")
    .option("--last", "to be the last one")
    .action((name: string) => look(move, (port, flags) => moving(port, name, flags)));
  const cancel = verb("cancel", "end constructs that have not started; those that have go on")
    .argument("<constructs...>", "their ids, or the unique beginning of each")
    .action((names: string[]) => look(cancel, (port, flags) => cancelling(port, names, flags)));
  addHomeFlags(command).option("--json", "write lines of JSON");
  command.addHelpText("after", examples).action(() => look(command, listing));
}

async function listing(port: Port, { json }: QueueFlags, { columns, paint }: Page): Promise<string> {
  const views = await openViews(port);
  if (json === true)
    return views.flatMap((view) => waitingIn(view).map((line) => jsonLine({ run: view.run, ...line }))).join("");
  return queuePage(views, columns, paint);
}

async function moving(port: Port, name: string, flags: QueueFlags): Promise<string> {
  const places = [flags.before, flags.first, flags.last].filter((place) => place !== undefined);
  if (places.length !== 1)
    throw new Fault("usage", "cli.which_place", "say where it is to stand, in one way", {
      hint: "--before cx-1a2b3c4d, --first or --last",
    });
  const construct = await findConstruct(port, name);
  const before = await placeOf(port, construct, flags);
  if (before !== construct) await port.send({ type: "queue.move", construct, before });
  const told =
    before === null ? "waits last" : before === construct ? "is the first already" : `waits before ${before}`;
  return flags.json === true ? jsonLine({ construct, before }) : `${construct}: ${told}\n`;
}

/** What it is to stand before; itself where it is the first one already. */
async function placeOf(port: Port, construct: string, { before, last }: QueueFlags): Promise<string | null> {
  if (last === true) return null;
  if (before !== undefined) return findConstruct(port, before);
  const view = (await openViews(port)).find(({ queue }) => queue.includes(construct));
  return view?.queue[0] ?? null;
}

async function cancelling(port: Port, names: readonly string[], { json }: QueueFlags): Promise<string> {
  // All names are understood before anything is done.
  const ids = await Promise.all(names.map((name) => findConstruct(port, name)));
  const lines: string[] = [];
  for (const construct of new Set(ids)) {
    await port.send({ type: "queue.cancel", construct });
    lines.push(json === true ? jsonLine({ construct, done: "cancelled" }) : `${construct}: does not start any more\n`);
  }
  return lines.join("");
}

const examples = `
Examples:
  cyberdeck queue
  cyberdeck queue move 1a2b --first
  cyberdeck queue move 1a2b --before 5e6f
  cyberdeck queue cancel 1a2b

The order is that in which those start that may: one that is to come after others waits for these wherever it stands.
`;
