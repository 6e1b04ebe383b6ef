import { nearest } from "../../base/nearest.ts";
import { oneLine } from "../../base/text.ts";
import type { CatalogueEntry } from "../../protocol/catalogue.ts";
import { refusalText } from "../../protocol/catalogue.ts";
import type { PluginLine, PluginManifest } from "../../protocol/plugin.ts";
import type { Catalogue } from "../../store/catalogue/catalogue.ts";
import { commandLine } from "./command-line.ts";
import { unmet, type PluginMachine } from "./machine.ts";

type Entry = CatalogueEntry<PluginManifest>;

/** The plugins that there are, as they stand now. */
export interface PluginShelf {
  /** All of them, by name, also those that cannot be used. */
  lines(): PluginLine[];
  /** One that can be used, or why it cannot. */
  find(name: string): { entry: Entry } | { problem: string };
  /** What starts one that is a program and can be used. */
  starts(name: string): { command: string; args: string[] } | undefined;
  /** What speaks against a spawn that asks for these. */
  objection(names: readonly string[] | null): { rule: string; reason: string } | undefined;
  /** The ones that a spawn gets, by name. @param names null: all that are not on request */
  given(names: readonly string[] | null): Entry[];
}

/** @param node the program that runs scripts of JavaScript */
export function pluginShelf(catalogue: Catalogue<PluginManifest>, machine: PluginMachine, node: string): PluginShelf {
  const why = (entry: Entry): string | null => {
    const line = commandLine(entry, node);
    return unmet(entry.value.requires, machine) ?? ("problem" in line ? line.problem : null);
  };
  const usable = (): Entry[] => catalogue.entries().filter((entry) => why(entry) === null);

  const find = (name: string): { entry: Entry } | { problem: string; isKnown: boolean } => {
    const found = catalogue.find(name);
    if (found.kind === "refused")
      return { problem: `the plugin ${name} is not valid: ${refusalText(found.refused)}`, isKnown: true };
    if (found.kind === "unknown") return { problem: unknownText(name, usable()), isKnown: false };
    const reason = why(found.entry);
    return reason === null
      ? { entry: found.entry }
      : { problem: `the plugin ${name} cannot be used: ${reason}`, isKnown: true };
  };

  return {
    lines() {
      catalogue.look();
      return catalogue.entries().map((entry) => {
        const { kind, category, description, usage, effects, on_request } = entry.value;
        const { name, place, path } = entry;
        const told = { name, kind, category, description, usage, effects: effects ?? null, on_request, place, path };
        return { ...told, unavailable: why(entry) };
      });
    },
    find(name) {
      catalogue.look();
      return find(name);
    },
    starts(name) {
      const found = find(name);
      if (!("entry" in found) || found.entry.value.kind !== "command") return undefined;
      const line = commandLine(found.entry, node);
      return "problem" in line ? undefined : line;
    },
    objection(names) {
      catalogue.look();
      for (const name of names ?? []) {
        const found = find(name);
        if ("entry" in found) continue;
        return { rule: found.isKnown ? "plugin.unavailable" : "plugin.unknown", reason: found.problem };
      }
      return undefined;
    },
    given(names) {
      catalogue.look();
      return usable().filter(({ name, value }) => (names === null ? !value.on_request : names.includes(name)));
    },
  };
}

function unknownText(name: string, usable: readonly Entry[]): string {
  const names = usable.map((entry) => entry.name);
  const meant = nearest(name, names);
  const guess = meant === undefined ? "" : ` Did you mean "${meant}"?`;
  return `there is no plugin "${oneLine(name, 60)}".${guess} There are: ${names.join(", ") || "none"}`;
}
