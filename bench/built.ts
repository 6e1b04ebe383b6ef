import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** The program as it is installed: built, behind its launcher. */
export interface Built extends Disposable {
  /** The launcher. */
  program: string;
  /** A folder of its own, for homes. */
  folder: string;
  env: Record<string, string>;
}

export async function build(): Promise<Built> {
  // Inside the project, so that the packages are found; the launcher prefers the `dist` beside its folder.
  const folder = mkdtempSync(join(root, ".bench-"));
  const tools = join(root, "node_modules", ".bin");
  const env = { PATH: `${tools}:${process.env["PATH"] ?? ""}`, HOME: folder, TMPDIR: folder };
  try {
    cpSync(join(root, "bin"), join(folder, "bin"), { recursive: true });
    await run("npm", ["run", "build", "--", `--outdir=${join(folder, "dist")}`], { cwd: root, env });
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  }
  return {
    program: join(folder, "bin", "cyberdeck.cjs"),
    folder,
    env,
    [Symbol.dispose]: () => rmSync(folder, { recursive: true, force: true }),
  };
}
