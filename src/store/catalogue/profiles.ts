import { readToml } from "../../base/toml.ts";
import { profileSchema, type Profile } from "../../protocol/profile.ts";
import type { CatalogueFormat, ReadEntries } from "./catalogue.ts";

/** `profiles/<name>.toml` */
export const profileFormat: CatalogueFormat<Profile> = {
  kind: "profile",
  layout: { in: "files", folder: "profiles" },
  read(text, { name = "" }): ReadEntries<Profile> {
    const refused = (line: number, problem: string): ReadEntries<Profile> => ({
      entries: [],
      refused: [{ name, line, problem }],
    });
    const read = readToml(text, profileSchema);
    if (!read.ok) {
      const [first] = read.problems;
      const others = read.problems.length - 1;
      return refused(
        first?.line ?? 0,
        `${first?.problem ?? "it is wrong"}${others > 0 ? ` (and ${others} more)` : ""}`,
      );
    }
    if (read.value.name !== name)
      return refused(
        read.lineOf(["name"]),
        `"name" is "${read.value.name}", but the file is ${name}.toml; make them the same`,
      );
    return { entries: [{ name, value: read.value }], refused: [] };
  },
};
