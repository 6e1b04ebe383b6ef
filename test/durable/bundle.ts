import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

export interface Bundle extends Disposable {
  script: string;
}

/** A script and all that it imports in one file, which starts in a third of the time: a matrix starts thousands. */
export async function bundled(script: string): Promise<Bundle> {
  const folder = mkdtempSync(join(tmpdir(), "deck-bundle-"));
  const outfile = join(folder, "life.mjs");
  await build({
    entryPoints: [script],
    outfile,
    bundle: true,
    platform: "node",
    format: "esm",
    target: "node24",
    logLevel: "warning",
    // Packages of CommonJS ask for `require`.
    banner: { js: 'import { createRequire } from "node:module"; const require = createRequire(import.meta.url);' },
  });
  return { script: outfile, [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }) };
}
