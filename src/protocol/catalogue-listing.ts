import type { CatalogueEntry, CataloguePlace, RefusedEntry } from "./catalogue.ts";
import type { PluginLine } from "./plugin.ts";
import type { Profile } from "./profile.ts";
import type { RegisteredTool, ToolStanding } from "./registered-tool.ts";

/** Everything that is in the catalogues of a home, for whoever asks without a run. Sorted by name. */
export interface CatalogueListing {
  profiles: readonly CatalogueEntry<Profile>[];
  tools: readonly (CatalogueEntry<RegisteredTool> & { standing: ToolStanding })[];
  plugins: readonly (PluginLine & { runs: PluginCommand | null })[];
  refused: readonly RefusedEntry[];
  /** Where they are looked for, the strongest place first. */
  places: readonly { place: CataloguePlace; path: string }[];
}

/** What starts a plugin that is a program. */
export interface PluginCommand {
  command: string;
  args: string[];
}
