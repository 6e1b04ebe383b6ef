// npm run build: the program as it is installed, in `dist` or in another folder (--outdir=FOLDER). Whoever types `cyberdeck` waits for what
// Node has to read before the first frame; why each of the measures below is there, it says itself.
import { globSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { parseArgs } from "node:util";
import { build, type Plugin } from "esbuild";

const root = join(import.meta.dirname, "..");
const { values } = parseArgs({ options: { outdir: { type: "string", default: join(root, "dist") } } });

/**
 * What the source loads with an `import()` for each file is loaded a group at a time. A file costs Node 0.3 ms, and each `import()` divides
 * what several of them share into more files: it were 75 before the first frame of the cockpit.
 */
const groups: Record<string, readonly string[]> = {
  commands: globSync("src/faces/cli/commands/*.ts", { cwd: root }).filter((path) => !path.endsWith("/cockpit.ts")),
  cockpit: [
    "src/faces/cli/commands/cockpit.ts",
    "src/faces/cockpit/open-cockpit.ts",
    "src/store/cockpit-file.ts",
    "src/store/cockpit-memory.ts",
  ],
};

/**
 * What commander has of Node. An `import` of such a module reads all that it exports, and so loads what is behind it: the streams and
 * workers behind `node:process`, the colours behind `node:util`. Programs as subcommands, which commander could start, we have none.
 */
const nodeOfCommander: Record<string, string> = {
  "node:process": "export default process;",
  "node:util": 'export const { stripVTControlCharacters } = process.getBuiltinModule("node:util");',
  "node:child_process":
    'export default { spawn: (...all) => process.getBuiltinModule("node:child_process").spawn(...all) };',
};

await build({
  entryPoints: ["cyberdeck", "guardian", "plugin-call"].map((name) => join(root, "src", "bin", `${name}.ts`)),
  outdir: values.outdir,
  absWorkingDir: root,
  bundle: true,
  splitting: true,
  platform: "node",
  format: "esm",
  target: "node24",
  preserveSymlinks: true,
  logLevel: "warning",
  // The others are built in: a package is many small files. Their licences are in THIRD-PARTY.md.
  external: ["@anthropic-ai/*", "@earendil-works/*", "@modelcontextprotocol/*", "@nats-io/*", "diff", "unbash"],
  plugins: [loadInGroups(), leaveOutOfZod(), lightenCommander()],
});

function loadInGroups(): Plugin {
  return {
    name: "load in groups",
    setup(esbuild) {
      esbuild.onResolve({ filter: /^\.\.?\// }, ({ path, kind, resolveDir }) => {
        const file = relative(root, join(resolveDir, path));
        const group = Object.keys(groups).find((name) => groups[name]?.includes(file));
        return kind === "dynamic-import" && group !== undefined ? { path: group, namespace: "group" } : undefined;
      });
      esbuild.onLoad({ filter: /.*/, namespace: "group" }, ({ path }) => ({
        contents: (groups[path] ?? []).map((file) => `export * from "./${file}";`).join("\n"),
        resolveDir: root,
      }));
    },
  };
}

/** Of `{ z }` all would be built in, of `* as z` only what is used: 210 of 750 kB, of which the languages are the most. */
function leaveOutOfZod(): Plugin {
  return {
    name: "leave out of zod",
    setup(esbuild) {
      esbuild.onLoad({ filter: /src\/.*\.ts$/ }, async ({ path }) => ({
        contents: (await readFile(path, "utf8")).replace('import { z } from "zod"', 'import * as z from "zod"'),
        loader: "ts",
      }));
    },
  };
}

function lightenCommander(): Plugin {
  return {
    name: "lighten commander",
    setup(esbuild) {
      esbuild.onResolve({ filter: /^node:/ }, ({ path, importer }) =>
        path in nodeOfCommander && importer.includes("/node_modules/commander/")
          ? { path, namespace: "light" }
          : undefined,
      );
      esbuild.onLoad({ filter: /.*/, namespace: "light" }, ({ path }) => ({ contents: nodeOfCommander[path] ?? "" }));
    },
  };
}
