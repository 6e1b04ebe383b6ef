import { z } from "zod";
import { readToml } from "../../base/toml.ts";
import { registeredToolSchema, type RegisteredTool } from "../../protocol/registered-tool.ts";
import type { CatalogueFormat, ReadEntries } from "./catalogue.ts";

/** `tools.toml`, with a `[[tool]]` for each. */
export const toolFormat: CatalogueFormat<RegisteredTool> = {
  kind: "tool",
  layout: { in: "file", file: "tools.toml" },
  read(text): ReadEntries<RegisteredTool> {
    const read = readToml(text, fileSchema);
    const listed = read.ok ? read.value : loose.safeParse(read.data).data;
    const refused: ReadEntries<RegisteredTool>["refused"] = [];
    for (const { line, problem, at } of read.ok ? [] : read.problems) {
      const name = at?.key === "tool" ? nameOf(listed?.tool[at.index ?? -1]) : null;
      // Of several problems of one entry the first is enough.
      if (!refused.some((one) => one.name === name)) refused.push({ name, line, problem });
    }
    const entries: ReadEntries<RegisteredTool>["entries"] = [];
    for (const [index, one] of (listed?.tool ?? []).entries()) {
      const value = registeredToolSchema.safeParse(one).data;
      if (value === undefined) continue;
      const line = read.ok ? read.lineOf(["tool", index]) : 0;
      if (entries.some(({ name }) => name === value.name))
        refused.push({ name: value.name, line, problem: `there are two tools "${value.name}"; rename or remove one` });
      else entries.push({ name: value.name, value });
    }
    const isWholeBad = refused.some(({ name }) => name === null);
    return { entries: isWholeBad ? [] : entries, refused };
  },
};

const fileSchema = z.strictObject({ tool: z.array(registeredToolSchema).max(200).default([]) });

/** For the good entries of a file that has bad ones. */
const loose = z.object({ tool: z.array(z.unknown()) });

function nameOf(entry: unknown): string {
  const name = typeof entry === "object" && entry !== null ? Reflect.get(entry, "name") : undefined;
  return typeof name === "string" && name !== "" ? name.slice(0, 64) : "without a name";
}
