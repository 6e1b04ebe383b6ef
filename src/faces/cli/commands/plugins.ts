import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { nearest } from "../../../base/nearest.ts";
import type { CatalogueListing } from "../../../protocol/catalogue-listing.ts";
import { refusalText } from "../../../protocol/catalogue.ts";
import { runPlugin } from "../../bridge/call-plugin.ts";
import { exitCode } from "../exit.ts";
import { deckOptions, addHomeFlags, type DeckFlags } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import { painter, wantsColor } from "../paint.ts";
import { pluginPage, pluginTable } from "../show/plugin-pages.ts";
import { sink } from "../sink.ts";
import { columnsOf, type World } from "../world.ts";

interface PluginFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

type Plugin = CatalogueListing["plugins"][number];

/** `cyberdeck plugins`: what constructs can be given besides their tools. */
export function definePlugins(command: Command, world: World, finish: (code: number) => void): void {
  const list = json(sub(command, "list", "list the plugins, whether each can be used, and the files that are wrong"));
  list.action(async () => {
    const flags = list.optsWithGlobals<PluginFlags>();
    const listing = await listingOf(world, flags);
    const wrong = listing.refused.filter(({ kind }) => kind === "plugin");
    if (flags.json !== true) return write(world, finish, pluginTable(listing.plugins, wrong, pageOf(world, flags)));
    const lines = [...listing.plugins.map(flat), ...wrong.map((one) => ({ refused: true, ...one }))];
    return write(world, finish, lines.map((line) => jsonLine(line)).join(""));
  });
  const show = json(sub(command, "show", "show all of one plugin")).argument("<name>", "the plugin");
  show.action(async (name: string) => {
    const flags = show.optsWithGlobals<PluginFlags>();
    const plugin = found(await listingOf(world, flags), name);
    await write(world, finish, flags.json === true ? jsonLine(flat(plugin)) : pluginPage(plugin, pageOf(world, flags)));
  });
  const run = sub(command, "run", "run a plugin yourself, as a construct would; ends with its exit code")
    .argument("<name>", "the plugin")
    .argument("[arguments...]", "what it is given; behind -- whatever it is")
    .allowUnknownOption();
  run.action(async (name: string, args: string[]) => {
    const flags = run.optsWithGlobals<PluginFlags>();
    const { workspace } = await deckOptions(flags, world, "read");
    const plugin = found(await listingOf(world, flags), name);
    finish(await runHere(plugin, args, workspace, world));
  });
  command.addHelpText("after", examples);
}

const sub = (command: Command, name: string, description: string): Command =>
  addHomeFlags(command.command(name, { isDefault: name === "list" }).description(description));

const json = (command: Command): Command => command.option("--json", "write JSON, one line each");

async function listingOf(world: World, flags: PluginFlags): Promise<CatalogueListing> {
  const { home } = await deckOptions(flags, world, "read");
  return world.listCatalogues(home);
}

const pageOf = (world: World, { color }: PluginFlags) => ({
  columns: columnsOf(world.stdout),
  paint: painter(wantsColor(world, world.stdout, color)),
});

async function write(world: World, finish: (code: number) => void, text: string): Promise<void> {
  const out = sink(world.stdout);
  await out.write(text);
  await out.flush();
  finish(exitCode.done);
}

const flat = ({ runs, ...plugin }: Plugin): Record<string, unknown> => ({
  ...plugin,
  command: runs === null ? null : [runs.command, ...runs.args],
});

function found({ plugins, refused }: CatalogueListing, name: string): Plugin {
  const plugin = plugins.find((one) => one.name === name);
  if (plugin !== undefined) return plugin;
  const wrong = refused.find((one) => one.kind === "plugin" && one.name === name);
  if (wrong !== undefined)
    throw new Fault("usage", "plugin.refused", `the plugin ${name} is wrong: ${refusalText(wrong)}`, {
      hint: "correct the file, or remove it",
    });
  const known = plugins.map((one) => one.name);
  const meant = nearest(name, known);
  const guess = meant === undefined ? "" : `did you mean ${meant}? `;
  throw new Fault("usage", "plugin.unknown", `there is no plugin "${name.slice(0, 100)}"`, {
    hint: `${guess}there are: ${known.join(", ") || "none"}`,
  });
}

async function runHere({ name, kind, unavailable, runs }: Plugin, args: string[], workspace: string, world: World) {
  if (kind === "mcp")
    throw new Fault("usage", "plugin.kind", `${name} is a server of tools, which only an agent can call`, {
      hint: "give it to a construct",
    });
  if (unavailable !== null || runs === null)
    throw new Fault(
      "setup",
      "plugin.unavailable",
      `the plugin ${name} cannot be used: ${unavailable ?? "it has gone"}`,
      {
        hint: "cyberdeck plugins shows what each of them needs",
      },
    );
  const asked = { ...runs, args: [...runs.args, ...args], env: { CYBERDECK_WORKSPACE: workspace } };
  const say = (text: string): void => void world.stderr.write(`${text}\n`);
  const streams = { out: world.stdout, err: world.stderr, say };
  const { code } = await runPlugin({ ...asked, output_bytes: Number.MAX_SAFE_INTEGER }, world.env, streams);
  return code;
}

const examples = `
Examples:
  cyberdeck plugins
  cyberdeck plugins show codemap
  cyberdeck plugins run codemap --top 5 src
  cyberdeck plugins run codemap -- --help

Your own stand in plugins/<name>/plugin.toml in one of the folders that "cyberdeck profiles path" names.
`;
