import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { pluginShelf, type PluginShelf } from "../engine/plugins/shelf.ts";
import { pluginParts } from "./plugin-parts.ts";
import { systemClock } from "../base/clock.ts";
import type { CatalogueListing } from "../protocol/catalogue-listing.ts";
import {
  catalogueRoots,
  openCatalogues,
  userCatalogue,
  type CatalogueSurroundings,
} from "../store/catalogue/catalogues.ts";

/** What the entry point knows of the process. */
interface Around {
  env: Record<string, string | undefined>;
  homeDir: string;
}

/** Beside the sources, or beside what was built from them. */
const shipped = fileURLToPath(
  new URL(extname(import.meta.url) === ".ts" ? "../../catalogue" : "../catalogue", import.meta.url),
);

/** Where the catalogues besides those of a home lie. */
export const cataloguePlaces = ({ env, homeDir }: Around): Pick<CatalogueSurroundings, "user" | "shipped"> => ({
  user: userCatalogue(env["XDG_CONFIG_HOME"], homeDir),
  shipped,
});

/** What is in the catalogues of a home now. */
export function listCatalogues(deckHome: string, around: Around): CatalogueListing {
  const places = cataloguePlaces(around);
  const { machine, node } = pluginParts(around);
  const catalogues = openCatalogues({
    ...places,
    deckHome,
    path: around.env["PATH"] ?? "",
    home: around.homeDir,
    clock: systemClock,
    onChange: () => undefined,
    onRefusal: () => undefined,
  });
  return {
    profiles: catalogues.profiles.entries(),
    tools: catalogues.tools.entries().map((entry) => ({ ...entry, standing: catalogues.standing(entry) })),
    plugins: listPlugins(pluginShelf(catalogues.plugins, machine, node)),
    refused: catalogues.refused(),
    places: catalogueRoots(deckHome, places),
  };
}

const listPlugins = (shelf: PluginShelf): CatalogueListing["plugins"] =>
  shelf.lines().map((line) => ({ ...line, runs: shelf.starts(line.name) ?? null }));
