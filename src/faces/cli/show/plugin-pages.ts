import { oneLine } from "../../../base/text.ts";
import type { CatalogueListing } from "../../../protocol/catalogue-listing.ts";
import { refusalText, type RefusedEntry } from "../../../protocol/catalogue.ts";
import type { Page } from "../look-up.ts";
import { tableLines } from "../table.ts";

type Plugin = CatalogueListing["plugins"][number];

/** The plugins as a table, and below it the files that are wrong. */
export function pluginTable(plugins: readonly Plugin[], wrong: readonly RefusedEntry[], page: Page): string {
  const rows = plugins.map((plugin) => [
    { text: plugin.name },
    { text: plugin.kind },
    { text: plugin.place },
    plugin.unavailable === null
      ? { text: "yes", style: "good" as const }
      : { text: oneLine(`no: ${plugin.unavailable}`, 80), style: "warning" as const },
    { text: plugin.effects ?? "not told" },
    { text: oneLine(plugin.description, 300) },
  ]);
  const titles = ["PLUGIN", "KIND", "FROM", "AVAILABLE", "EFFECTS", "WHAT FOR"];
  const table =
    rows.length === 0
      ? "There are no plugins: put one into a folder that cyberdeck profiles path names.\n"
      : `${tableLines({ titles, rows, right: [] }, page.columns, page.paint).join("\n")}\n`;
  const lines = wrong.map((one) => `${page.paint("warning", "wrong:")} ${oneLine(refusalText(one), 600)}\n`);
  return `${table}${lines.join("")}`;
}

/** All of one plugin. */
export function pluginPage(plugin: Plugin, { paint }: Page): string {
  const fields: [string, string][] = [
    ["from", `${plugin.place}, ${oneLine(plugin.path, 400)}`],
    ["category", plugin.category],
    ["what for", plugin.description],
    ["kind", plugin.kind === "mcp" ? `a server of tools: mcp__${plugin.name}__…` : "a program"],
    ["usage", plugin.kind === "mcp" ? "" : `${plugin.name} ${plugin.usage}`],
    ["effects", plugin.effects ?? "not told, so its calls are held"],
    ["given", plugin.on_request ? "where it is named" : "to every construct, unless its spawn says otherwise"],
    ["available", plugin.unavailable === null ? "yes" : `no: ${oneLine(plugin.unavailable, 400)}`],
    ["runs", plugin.runs === null ? "" : oneLine([plugin.runs.command, ...plugin.runs.args].join(" "), 400)],
  ];
  const lines = fields
    .filter(([, text]) => text.trim() !== "")
    .map(([label, text]) => `${paint("faint", label.padEnd(9))} ${text}`);
  return `${paint("strong", plugin.name)}\n${lines.join("\n")}\n`;
}
