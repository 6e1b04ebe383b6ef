import { join } from "node:path";
import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import type { Port } from "../../../host/port.ts";
import { isLive, settingTable, type SettingLine } from "../../../protocol/setting-table.ts";
import { parseSetting, settingNamed, showSetting } from "../../../protocol/setting-value.ts";
import {
  defaultSettings,
  liveSettingsSchema,
  savedSettingsSchema,
  type RunSettings,
  type SavedSettings,
} from "../../../protocol/settings.ts";
import { exitCode } from "../exit.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags, addRunFlag, deckOptions } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp, type Page } from "../look-up.ts";
import { tableLines } from "../table.ts";
import type { World } from "../world.ts";

interface SettingsFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

/** `cyberdeck settings`: what holds for runs of this home, from their beginning or, where one runs, at once. */
export function defineSettings(command: Command, world: World, finish: (code: number) => void): void {
  const verb = (name: string, summary: string): Command =>
    addRunFlag(addHomeFlags(command.command(name).description(summary))).option("--json", "write lines of JSON");
  const look = async (of: Command, where: "either" | "home", question: Question): Promise<void> => {
    const flags = of.optsWithGlobals<SettingsFlags>();
    await lookUp(world, flags, (port, page) => question(port, page, flags.json === true), where);
    finish(exitCode.done);
  };
  const usual = defaultSettings(world.cores);
  const list = verb("list", "show all settings").action(() => look(list, "either", listing(usual)));
  const get = verb("get", "show one setting")
    .argument("<name>", "its name")
    .action((name: string) => look(get, "either", getting(settingNamed(name), usual)));
  const set = verb("set", "change settings, for the run that is open and for later ones")
    .argument("<changes...>", "a name and its value, as often as wanted")
    .action((words: string[]) => {
      const lines = pairsOf(words);
      return look(
        set,
        "home",
        changing(
          lines.map(([line]) => line),
          changeOf(lines),
          [],
        ),
      );
    });
  const unset = verb("unset", "go back to what is built in")
    .argument("<names...>", "their names")
    .action((names: string[]) => {
      const lines = names.map(settingNamed);
      const builtIn = savedSettingsSchema.parse(Object.fromEntries(lines.map(({ field }) => [field, usual[field]])));
      return look(
        unset,
        "home",
        changing(
          lines,
          builtIn,
          lines.map(({ field }) => field),
        ),
      );
    });
  const path = verb("path", "say in which file they are kept").action(async () => {
    const { home } = await deckOptions(path.optsWithGlobals<SettingsFlags>(), world, "read");
    world.stdout.write(`${join(home, "settings.json")}\n`);
    finish(exitCode.done);
  });
  addHomeFlags(command).option("--json", "write lines of JSON");
  command.addHelpText("after", () => help()).action(() => look(command, "either", listing(usual)));
}

type Question = (port: Port, page: Page, isJson: boolean) => Promise<string>;

const listing =
  (usual: RunSettings): Question =>
  async (port, { columns, paint }, isJson) => {
    const { saved, run } = await port.send({ type: "settings.read" });
    if (isJson) return settingTable.map((line) => jsonLine(factsOf(line, usual, saved, run))).join("");
    const rows = settingTable.map((line) => {
      const { value, source } = factsOf(line, usual, saved, run);
      return [
        { text: line.name, style: source === "built in" ? ("plain" as const) : ("strong" as const) },
        { text: value },
        { text: showSetting(line, usual) },
        { text: source },
        { text: isLive(line.field) ? "at once" : "next run" },
        { text: `${line.doc} (${line.kind.unit})` },
      ];
    });
    const titles = ["setting", "value", "built in", "from", "a change holds", "what it is"];
    return `${tableLines({ titles, rows, right: [] }, columns, paint).join("\n")}\n`;
  };

const getting =
  (line: SettingLine, usual: RunSettings): Question =>
  async (port, _page, isJson) => {
    const { saved, run } = await port.send({ type: "settings.read" });
    const facts = factsOf(line, usual, saved, run);
    return isJson ? jsonLine(facts) : `${facts.value}\n`;
  };

/** What holds, and where it comes from: the open run's own, the home's, or what is built in. */
function factsOf(line: SettingLine, usual: RunSettings, saved: SavedSettings, run: RunSettings | null) {
  const own = { ...usual, ...saved };
  const value = showSetting(line, run ?? own);
  const kept = showSetting(line, own);
  const source = value !== kept ? "run" : saved[line.field] === undefined ? "built in" : "home";
  return {
    name: line.name,
    value,
    raw: (run ?? own)[line.field],
    built_in: showSetting(line, usual),
    source,
    unit: line.kind.unit,
    live: isLive(line.field),
    about: line.doc,
  };
}

/** Keeps the change, and has it hold for the open run as far as it can. */
const changing =
  (lines: SettingLine[], change: SavedSettings, unset: string[]): Question =>
  async (port, _page, isJson) => {
    const set = unset.length === 0 ? change : {};
    const { run } = await port.send({ type: "settings.save", set, unset });
    const live = liveSettingsSchema.parse(
      Object.fromEntries(Object.entries(change).filter(([name]) => Object.hasOwn(liveSettingsSchema.shape, name))),
    );
    if (run !== null && Object.keys(live).length > 0) await port.send({ type: "settings.change", settings: live });
    return lines
      .map((line) => {
        const value = showSetting(line, change);
        const holds = run === null ? "from the next run on" : isLive(line.field) ? "at once" : "from the next run on";
        if (isJson) return jsonLine({ name: line.name, value, holds });
        return `${line.name}: ${value}${unset.length === 0 ? "" : " (built in)"}, ${holds}\n`;
      })
      .join("");
  };

function pairsOf(words: readonly string[]): [SettingLine, string][] {
  const pairs: [SettingLine, string][] = [];
  for (let at = 0; at < words.length; at += 2) {
    const line = settingNamed(words[at] ?? "");
    const value = words[at + 1];
    if (value === undefined)
      throw new Fault("usage", "settings.no_value", `${line.name} has no value`, {
        hint: `give it one, as in: cyberdeck settings set ${line.name} VALUE (${line.kind.unit})`,
      });
    pairs.push([line, value]);
  }
  return pairs;
}

const changeOf = (pairs: [SettingLine, string][]): SavedSettings =>
  pairs.reduce<SavedSettings>((all, [line, value]) => ({ ...all, ...parseSetting(line, value) }), {});

function help(): string {
  const width = Math.max(...settingTable.map(({ name }) => name.length));
  const lines = settingTable.map(({ name, doc, kind }) => `  ${name.padEnd(width)}  ${doc} (${kind.unit})`);
  return `
Settings:
${lines.join("\n")}

Examples:
  cyberdeck settings
  cyberdeck settings set budget 5 max_concurrent 4
  cyberdeck settings set idle_warn 90s construct_tokens 200k
  cyberdeck settings unset budget

What is built in comes first, then this home's settings, then the flags of the run. Where a deck runs, a change holds at once.
`;
}
