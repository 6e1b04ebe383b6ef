import { oneLine } from "../../../base/text.ts";
import type { CatalogueListing } from "../../../protocol/catalogue-listing.ts";
import type { CatalogueKind, RefusedEntry } from "../../../protocol/catalogue.ts";
import type { KnownCalibers, Model } from "../../../protocol/models.ts";
import { profileFacts } from "../../words/profile-facts.ts";
import type { Look } from "../draw/look.ts";

/** A piece of what is known of an entry: a name and a text of one or more lines. */
export type Fact = readonly [name: string, text: string, look?: Look];

/** An entry of a catalogue, as it is listed. */
export interface CatalogueRow {
  id: string;
  name: string;
  /** Whether it can be had. */
  standing: readonly [text: string, look: Look];
  /** What sort of thing it is. */
  sort: string;
  /** From which place it comes. */
  from: string;
  about: string;
  facts: readonly Fact[];
  /** All of it, for the clipboard. */
  record: unknown;
  /** The file that it stands in. */
  path?: string;
  /** What a construct can be begun with. */
  chosen?: { profile?: string; model?: string };
}

const usable = ["● yes", "good"] as const;
const unusable = ["○ no", "warning"] as const;

/** Names of entries that are wrong come first: they want to be looked at. */
export function profileRows(listing: CatalogueListing): CatalogueRow[] {
  const rows = listing.profiles.map(({ name, place, path, value }): CatalogueRow => {
    return {
      id: name,
      name,
      path,
      from: place,
      sort: value.category,
      standing: usable,
      about: value.description,
      facts: [
        ["what for", value.description],
        ...profileFacts(value),
        ["file", path],
        ["daemon", value.daemon_addendum],
        ["is told", value.construct_addendum],
      ],
      record: { place, path, ...value },
      chosen: { profile: name },
    };
  });
  return [...wrongRows(listing, "profile"), ...rows];
}

export function toolRows(listing: CatalogueListing): CatalogueRow[] {
  const rows = listing.tools.map(({ name, place, path, value, standing }): CatalogueRow => {
    const { availability } = standing;
    return {
      id: name,
      name,
      path,
      from: place,
      sort: value.kind,
      about: value.description,
      standing: availability.available ? usable : unusable,
      facts: [
        ["what for", value.description],
        availability.available ? ["lies at", availability.file] : ["is missing", availability.why, "warning"],
        ["remedy", availability.available ? "" : "Install it, or correct its entry; the deck never installs anything."],
        ["called", standing.command],
        ["help", value.help ?? ""],
        ["file", path],
      ],
      record: { place, path, ...value, command: standing.command, ...availability },
    };
  });
  return [...wrongRows(listing, "tool"), ...rows];
}

export function pluginRows(listing: CatalogueListing): CatalogueRow[] {
  const rows = listing.plugins.map((plugin): CatalogueRow => {
    const { name, kind, place, path, description, usage, effects, unavailable, runs } = plugin;
    return {
      id: name,
      name,
      path,
      from: place,
      sort: plugin.category,
      about: description,
      standing: unavailable === null ? usable : unusable,
      facts: [
        ["what for", description],
        ["is missing", unavailable ?? "", "warning"],
        ["remedy", unavailable === null ? "" : "Provide what it names, then r looks again."],
        ["kind", kind === "mcp" ? `a server of tools: mcp__${name}__…` : "a program"],
        ["called", kind === "mcp" ? "" : `${name} ${usage}`.trim()],
        ["effects", effects ?? "not told, so its calls are held"],
        ["given", plugin.on_request ? "where it is named" : "to every construct, unless its spawn says otherwise"],
        ["runs", runs === null ? "" : [runs.command, ...runs.args].join(" ")],
        ["file", path],
      ],
      record: plugin,
    };
  });
  return [...wrongRows(listing, "plugin"), ...rows];
}

export const caliberRows = ({ models }: KnownCalibers): CatalogueRow[] => models.map((model) => caliberRow(model));

function caliberRow(model: Model): CatalogueRow {
  const { value, resolved, efforts, price, fast, description, display } = model;
  const dollars = price === null ? "?" : `$${price.input} / $${price.output}`;
  const long = price?.long ?? null;
  return {
    id: value,
    name: value,
    sort: dollars,
    from: fast === null ? "?" : fast ? "fast" : "",
    about: description,
    standing: [efforts.length === 0 ? "–" : `${efforts[0]} … ${efforts.at(-1)}`, "plain"],
    facts: [
      ["what for", description],
      ["stands for", resolved === null || resolved === value ? display : `${resolved} (${display})`],
      ["efforts", efforts.length === 0 ? "it has none to choose from" : efforts.join(" ")],
      ["price", price === null ? "not known" : `${dollars} for a million tokens in / out`],
      [
        "long",
        long === null ? "" : `$${long.input} / $${long.output} where a prompt has more than ${long.over} tokens`,
      ],
      ["fast mode", fast === null ? "not known" : fast ? "it has one, at twice the price" : "it has none"],
    ],
    record: model,
    chosen: { model: value },
  };
}

const wrongRows = ({ refused }: CatalogueListing, kind: CatalogueKind): CatalogueRow[] =>
  refused.filter((one) => one.kind === kind).map((one) => wrongRow(one));

function wrongRow(one: RefusedEntry): CatalogueRow {
  const { name, path, line, problem } = one;
  const lines = line > 0 ? `${path}, line ${line}` : path;
  return {
    id: `${path}:${line}:${name ?? ""}`,
    name: name ?? oneLine(path.split("/").at(-1) ?? path, 60),
    path,
    from: "",
    sort: "",
    standing: ["✗ wrong", "bad"] as const,
    about: problem,
    facts: [
      ["is wrong", problem, "bad"],
      ["file", lines],
      ["remedy", "Correct the file, or remove it. The last good version stays in force, where there was one."],
    ],
    record: one,
  };
}
