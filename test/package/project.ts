import { execFile } from "node:child_process";
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { promisify } from "node:util";

export const root = join(import.meta.dirname, "..", "..");

/** The deck as somebody has it who has just installed it. */
export interface Installed {
  /** Holds everything below; a HOME is in it too. */
  folder: string;
  /** What `npm pack` made. */
  tarball: string;
  /** The installed package. */
  package: string;
  /** Runs a command with nothing around it but PATH and an empty HOME. */
  run: (command: string, args: string[], options?: { cwd?: string }) => Promise<Ran>;
  remove: () => void;
}

export interface Ran {
  code: number;
  stdout: string;
  stderr: string;
}

/**
 * Packs a copy of the project, so that no `dist` appears beside the sources, and installs the tarball with all it needs. Packages come from
 * npm's cache where it has them: `npm ci` has just filled it.
 */
export async function packAndInstall(): Promise<Installed> {
  const folder = mkdtempSync(join(tmpdir(), "deck-package-"));
  const home = join(folder, "home");
  const prefix = join(folder, "prefix");
  for (const path of [home, prefix]) mkdirSync(path);
  const settings = join(process.env["HOME"] ?? "", ".npmrc");
  if (existsSync(settings)) copyFileSync(settings, join(home, ".npmrc"));
  const copy = copyProject(folder);
  const binaries = join(prefix, "node_modules", ".bin");
  // This very Node comes first; npm and the tools of the build are looked for after it.
  const path = [dirname(process.execPath), binaries, process.env["PATH"] ?? ""].join(delimiter);
  const env = { PATH: path, HOME: home, TMPDIR: folder, ...certificates() };
  const run: Installed["run"] = (command, args, options = {}) => execute(command, args, env, options.cwd ?? folder);
  const ran = async (command: string, args: string[], cwd: string): Promise<string> => {
    const { code, stdout, stderr } = await run(command, args, { cwd });
    if (code !== 0) throw new Error(`${command} ${args.join(" ")} ended with ${code}:\n${stdout}\n${stderr}`);
    return stdout.trim();
  };
  const cache = (await promisify(execFile)("npm", ["config", "get", "cache"])).stdout.trim();
  const packed = await ran("npm", ["pack", "--silent", "--pack-destination", folder], copy);
  const tarball = join(folder, packed.split("\n").at(-1) ?? "");
  const quiet = ["--no-audit", "--no-fund", "--loglevel=error"];
  await ran("npm", ["install", "--prefer-offline", `--cache=${cache}`, "--prefix", prefix, ...quiet, tarball], folder);
  return {
    folder,
    tarball,
    package: join(prefix, "node_modules", "cyberdeck"),
    run,
    remove: () => rmSync(folder, { recursive: true, force: true }),
  };
}

/** The project without what git does not have; the packages for the build are linked. */
function copyProject(folder: string): string {
  const copy = join(folder, "project");
  const leftOut = ["node_modules", "dist", ".git", ".cyberdeck"].map((name) => join(root, name));
  cpSync(root, copy, { recursive: true, filter: (path) => !leftOut.includes(path) });
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  return copy;
}

/** What a machine behind a proxy needs to reach its registry. */
function certificates(): Record<string, string> {
  const names = ["NODE_EXTRA_CA_CERTS", "SSL_CERT_FILE"];
  return Object.fromEntries(names.flatMap((name) => (process.env[name] ? [[name, process.env[name]]] : [])));
}

function execute(command: string, args: string[], env: Record<string, string>, cwd: string): Promise<Ran> {
  const done = Promise.withResolvers<Ran>();
  const child = execFile(command, args, { env, cwd, timeout: 300_000 }, (_error, stdout, stderr) =>
    done.resolve({ code: child.exitCode ?? -1, stdout, stderr }),
  );
  return done.promise;
}
