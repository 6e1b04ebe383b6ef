import type { ToolServer } from "../../drivers/agent.ts";
import type { PluginBridge } from "../../policy/brake/context.ts";
import { pluginSection } from "../../protocol/plugin-briefing.ts";
import type { PluginLine, PluginManifest } from "../../protocol/plugin.ts";
import type { SpawnSpec } from "../construct/outcome-of.ts";
import type { Bridge, BridgeHolder } from "./bridge.ts";
import { commandLine } from "./command-line.ts";
import type { PluginShelf } from "./shelf.ts";

/** The plugins of a deck, for all of its runs. */
export interface DeckPlugins {
  shelf: PluginShelf;
  bridge: Bridge;
  /** What constructs call plugins with; undefined: this deck has no bridge. */
  command: () => string | undefined;
  /** The program that runs scripts of JavaScript. */
  node: string;
}

export type PluginWish = Pick<SpawnSpec, "id" | "plugins">;

/** Whether the tools of a construct reach a plugin. What it cannot call it is not told of, and nothing of it is started. */
type CanCall = (plugin: Pick<PluginManifest, "name" | "kind">) => boolean;

/** The plugins of one run's constructs. */
export interface RunPlugins {
  lines(): PluginLine[];
  /** What speaks against a spawn that asks for these. */
  objection(names: readonly string[] | null): { rule: string; reason: string } | undefined;
  /** What a construct is told of those that it has; empty when there are none. */
  section(wish: PluginWish, canCall: CanCall): string;
  /** The servers of tools that its agent starts. */
  servers(wish: PluginWish, canCall: CanCall): ToolServer[];
  /** From now on whoever bears this token may call them in its name. */
  begin(token: string, wish: PluginWish, speaker: Pick<BridgeHolder, "note" | "within">): void;
  /** Its token is worth nothing any more. */
  end(construct: string): void;
}

export interface RunPluginsParts {
  deck: DeckPlugins;
  workspace: string;
  runFolder: string;
  isAirgapped: () => boolean;
}

export function runPlugins({ deck, workspace, runFolder, isAirgapped }: RunPluginsParts): RunPlugins {
  const { shelf, bridge, node } = deck;
  return {
    lines: () => shelf.lines(),
    objection: (names) => shelf.objection(names),
    section: ({ plugins }, canCall) =>
      pluginSection(
        deck.command(),
        shelf.given(plugins).flatMap(({ value }) => (canCall(value) ? [value] : [])),
      ),
    servers: ({ plugins }, canCall) =>
      shelf.given(plugins).flatMap((entry): ToolServer[] => {
        const line = entry.value.kind === "mcp" && canCall(entry.value) ? commandLine(entry, node) : { problem: "" };
        return "problem" in line ? [] : [{ name: entry.name, ...line }];
      }),
    begin: (token, { id, plugins }, speaker) =>
      bridge.bind(token, { construct: id, plugins, ...speaker, isAirgapped, workspace, runFolder }),
    end: (construct) => bridge.release(construct),
  };
}

/** What the brake has to know of them. */
export const bridgeView = ({ shelf, command }: Pick<DeckPlugins, "shelf" | "command">): PluginBridge => ({
  command,
  effects(name) {
    const found = shelf.find(name);
    if (!("entry" in found)) return undefined;
    const { place, value } = found.entry;
    return place === "home" && value.effects === "read" ? "project" : (value.effects ?? "undeclared");
  },
});

/** A run without any. */
export const noPlugins: RunPlugins = {
  lines: () => [],
  objection: (names) =>
    names === null || names.length === 0
      ? undefined
      : { rule: "plugin.unknown", reason: "there are no plugins; leave the field out" },
  section: () => "",
  servers: () => [],
  begin: () => undefined,
  end: () => undefined,
};
