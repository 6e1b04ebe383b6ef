import { inert, oneLine } from "../../../base/text.ts";
import type { CatalogueListing } from "../../../protocol/catalogue-listing.ts";
import { refusalText, type CatalogueEntry, type CatalogueKind } from "../../../protocol/catalogue.ts";
import type { Profile } from "../../../protocol/profile.ts";
import { profileFacts, toolsWord } from "../../words/profile-facts.ts";
import type { Page } from "../look-up.ts";
import { tableLines } from "../table.ts";

/** The profiles as a table, and below it the files that are wrong. */
export function profileTable(listing: CatalogueListing, { columns, paint }: Page): string {
  const rows = listing.profiles.map(({ name, place, value }) => [
    { text: name },
    { text: oneLine(value.category, 40) },
    { text: place },
    { text: toolsWord(value) },
    { text: oneLine(value.description, 300) },
  ]);
  const titles = ["PROFILE", "CATEGORY", "FROM", "TOOLS", "WHAT FOR"];
  return `${tableLines({ titles, rows, right: [] }, columns, paint).join("\n")}\n${refusedLines(listing, "profile", paint)}`;
}

/** The programs of the registry as a table, and below it what is wrong. */
export function toolTable(listing: CatalogueListing, { columns, paint }: Page): string {
  const rows = listing.tools.map(({ name, place, value, standing: { availability, command } }) => [
    { text: name },
    { text: value.kind },
    { text: place },
    availability.available
      ? { text: "yes", style: "good" as const }
      : { text: oneLine(`no: ${availability.why}`, 80), style: "warning" as const },
    { text: oneLine(command, 60) },
    { text: oneLine(value.description, 300) },
  ]);
  const titles = ["TOOL", "KIND", "FROM", "AVAILABLE", "COMMAND", "WHAT FOR"];
  const table =
    rows.length === 0
      ? "No tools are registered: list them in tools.toml (cyberdeck profiles path says where).\n"
      : `${tableLines({ titles, rows, right: [] }, columns, paint).join("\n")}\n`;
  return `${table}${refusedLines(listing, "tool", paint)}`;
}

/** All of one profile. */
export function profilePage({ name, place, path, value }: CatalogueEntry<Profile>, { paint }: Page): string {
  const fields: (readonly [string, string])[] = [
    ["from", `${place}, ${oneLine(path, 400)}`],
    ["category", oneLine(value.category, 40)],
    ["what for", oneLine(value.description, 2000)],
    ...profileFacts(value),
  ];
  const lines = fields
    .filter(([, text]) => text !== "")
    .map(([label, text]) => `${paint("faint", label.padEnd(9))} ${text}`);
  const addenda: [string, string][] = [
    ["The daemon is told", value.daemon_addendum],
    ["Its constructs are told", value.construct_addendum],
  ];
  const told = addenda
    .filter(([, text]) => text !== "")
    .map(([title, text]) => `\n${paint("strong", title)}\n${inert(text).replace(/^/gm, "  ")}\n`);
  return `${paint("strong", name)}\n${lines.join("\n")}\n${told.join("")}`;
}

function refusedLines({ refused }: CatalogueListing, kind: CatalogueKind, paint: Page["paint"]): string {
  const own = refused.filter((one) => one.kind === kind);
  return own.map((one) => `${paint("warning", "wrong:")} ${oneLine(refusalText(one), 600)}\n`).join("");
}
