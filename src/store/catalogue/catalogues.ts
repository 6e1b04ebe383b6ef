import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { CatalogueEntry, CatalogueChange, RefusedEntry } from "../../protocol/catalogue.ts";
import type { PluginManifest } from "../../protocol/plugin.ts";
import type { Profile } from "../../protocol/profile.ts";
import type { RegisteredTool, ToolStanding } from "../../protocol/registered-tool.ts";
import { standingOf, type ToolSurroundings } from "./availability.ts";
import { openCatalogue, type Catalogue, type CatalogueFormat, type CatalogueRoot } from "./catalogue.ts";
import { pluginFormat } from "./plugins.ts";
import { profileFormat } from "./profiles.ts";
import { toolFormat } from "./tools.ts";
import { watchCatalogues } from "./watching.ts";

/** Where the catalogues besides those of the home lie, and where programs are looked for. */
export interface CatalogueSurroundings extends ToolSurroundings {
  /** The user's own folder. */
  user: string;
  /** What ships with the deck. */
  shipped: string;
}

export interface CataloguesParts extends CatalogueSurroundings {
  /** The deck's own folder. */
  deckHome: string;
  clock: Clock;
  onChange: (change: CatalogueChange) => void;
  onRefusal: (refused: RefusedEntry) => void;
}

/** All catalogues of a deck. */
export interface Catalogues {
  readonly profiles: Catalogue<Profile>;
  readonly tools: Catalogue<RegisteredTool>;
  readonly plugins: Catalogue<PluginManifest>;
  /** How a program of the registry stands now. */
  standing(tool: CatalogueEntry<RegisteredTool>): ToolStanding;
  /** What is wrong now. */
  refused(): readonly RefusedEntry[];
  /** Reads again what has changed: before something is used. */
  look(): void;
  /** Looks by itself from now on, until it is disposed of. */
  watch(onProblem: (message: string) => void): Disposable;
}

/** The folders of all catalogues, the strongest first. */
export const catalogueRoots = (
  deckHome: string,
  { user, shipped }: Pick<CatalogueSurroundings, "user" | "shipped">,
): CatalogueRoot[] => [
  { place: "home", path: deckHome },
  { place: "user", path: user },
  { place: "shipped", path: shipped },
];

export function openCatalogues(parts: CataloguesParts): Catalogues {
  const { clock, onChange, onRefusal } = parts;
  const roots = catalogueRoots(parts.deckHome, parts);
  const open = <T>(format: CatalogueFormat<T>): Catalogue<T> =>
    openCatalogue({ format, roots, clock, onChange, onRefusal });
  const [profiles, tools, plugins] = [open(profileFormat), open(toolFormat), open(pluginFormat)];
  const all = [profiles, tools, plugins];
  return {
    profiles,
    tools,
    plugins,
    standing: (tool) => standingOf(tool, parts),
    refused: () => all.flatMap((catalogue) => catalogue.refused()),
    look() {
      for (const catalogue of all) catalogue.look();
    },
    watch: (onProblem) => watchCatalogues({ catalogues: all, clock, onProblem }),
  };
}

/** The user's folder of catalogues, by the rules of the desktop: a relative variable does not count. */
export const userCatalogue = (configHome: string | undefined, homeDir: string): string =>
  join(configHome?.startsWith("/") === true ? configHome : join(homeDir, ".config"), "cyberdeck");
