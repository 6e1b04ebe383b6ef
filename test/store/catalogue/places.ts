import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { z } from "zod";
import { readToml } from "../../../src/base/toml.ts";
import type { CatalogueChange, RefusedEntry } from "../../../src/protocol/catalogue.ts";
import { openCatalogue, type Catalogue, type CatalogueFormat } from "../../../src/store/catalogue/catalogue.ts";

export interface Thing {
  name: string;
  say: string;
}

const thing = z.strictObject({ name: z.string(), say: z.string().max(20) });

/** A kind of entry of the tests' own: `things/<name>.toml`. */
export const things: CatalogueFormat<Thing> = {
  kind: "profile",
  layout: { in: "files", folder: "things" },
  read(text, { name = "" }) {
    const read = readToml(text, thing);
    if (read.ok) return { entries: [{ name, value: read.value }], refused: [] };
    return { entries: [], refused: read.problems.slice(0, 1).map(({ line, problem }) => ({ name, line, problem })) };
  },
};

/** The same in folders of their own: `boxes/<name>/box.toml`. */
export const boxes: CatalogueFormat<Thing> = {
  ...things,
  layout: { in: "folders", folder: "boxes", file: "box.toml" },
};

/** Several in one file. */
export const listed: CatalogueFormat<Thing> = {
  kind: "tool",
  layout: { in: "file", file: "things.toml" },
  read(text) {
    const list = readToml(text, z.strictObject({ thing: z.array(z.unknown()).default([]) }));
    if (!list.ok)
      return { entries: [], refused: [{ name: null, line: list.problems[0]?.line ?? 0, problem: "bad list" }] };
    const entries = list.value.thing.map((one) => thing.safeParse(one));
    return {
      entries: entries.flatMap(({ data }) => (data === undefined ? [] : [{ name: data.name, value: data }])),
      refused: list.value.thing.flatMap((one, index) =>
        entries[index]?.success === true
          ? []
          : [{ name: String(Reflect.get(Object(one), "name")), line: 1, problem: "bad thing" }],
      ),
    };
  },
};

export interface Places extends Disposable {
  root: string;
  home: string;
  user: string;
  told: (CatalogueChange | RefusedEntry)[];
  /** Writes a file below a place. */
  write(path: string, text: string): void;
  remove(path: string): void;
  open<T>(format: CatalogueFormat<T>): Catalogue<T>;
}

/** Empty places in a temporary folder: neither is there yet. */
export function places(): Places {
  const root = mkdtempSync(join(tmpdir(), "catalogue-"));
  const [home, user] = [join(root, "home"), join(root, "config", "cyberdeck")];
  const told: Places["told"] = [];
  return {
    root,
    home,
    user,
    told,
    write(path, text) {
      mkdirSync(dirname(join(root, path)), { recursive: true });
      writeFileSync(join(root, path), text);
    },
    remove: (path) => rmSync(join(root, path), { recursive: true }),
    open: (format) =>
      openCatalogue({
        format,
        roots: [
          { place: "home", path: home },
          { place: "user", path: user },
          { place: "shipped", path: join(root, "shipped") },
        ],
        clock: Date,
        onChange: (change) => told.push(change),
        onRefusal: (refused) => told.push(refused),
      }),
    [Symbol.dispose]: () => rmSync(root, { recursive: true, force: true }),
  };
}
