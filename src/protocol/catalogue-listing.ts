import type { CatalogueEntry, CataloguePlace, RefusedEntry } from "./catalogue.ts";
import type { Profile } from "./profile.ts";
import type { RegisteredTool, ToolStanding } from "./registered-tool.ts";

/** Everything that is in the catalogues of a home, for whoever asks without a run. Sorted by name. */
export interface CatalogueListing {
  profiles: readonly CatalogueEntry<Profile>[];
  tools: readonly (CatalogueEntry<RegisteredTool> & { standing: ToolStanding })[];
  refused: readonly RefusedEntry[];
  /** Where they are looked for, the strongest place first. */
  places: readonly { place: CataloguePlace; path: string }[];
}
