import { readToml } from "../../base/toml.ts";
import { pluginManifestSchema, type PluginManifest } from "../../protocol/plugin.ts";
import type { CatalogueFormat } from "./catalogue.ts";

/** `plugins/<name>/plugin.toml`, beside what belongs to the plugin. */
export const pluginFormat: CatalogueFormat<PluginManifest> = {
  kind: "plugin",
  layout: { in: "folders", folder: "plugins", file: "plugin.toml" },
  read(text, { name = "" }) {
    const read = readToml(text, pluginManifestSchema);
    const refuse = (line: number, problem: string) => ({ entries: [], refused: [{ name, line, problem }] });
    if (!read.ok) {
      const [first] = read.problems;
      return refuse(first?.line ?? 0, first?.problem ?? "it cannot be read");
    }
    if (read.value.name !== name)
      return refuse(read.lineOf(["name"]), `its folder is called "${name}"; give both the same name`);
    return { entries: [{ name, value: read.value }], refused: [] };
  },
};
