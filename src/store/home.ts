import { mkdirSync, readdirSync, realpathSync, statSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { errnoOf, Fault } from "../base/fault.ts";
import { storageFault } from "./storage-fault.ts";

/** The places in a home. */
export const homePaths = (home: string) => ({
  database: join(home, "deck.db"),
  lock: join(home, "lock.db"),
  lockHolder: join(home, "lock.json"),
  socket: join(home, "deck.sock"),
  /** Names the socket where the home's own path is too long for one. */
  socketNote: join(home, "deck.sock.at"),
  /** Where the deck listens on loopback, and the token for it. */
  httpNote: join(home, "http.json"),
  /** What constructs call plugins with, and the socket behind it. */
  bridgeCommand: join(home, "bin", "cyberdeck-plugin"),
  bridgeSocket: join(home, "bridge.sock"),
  blacklist: join(home, "blacklist.json"),
  /** What the agent said of its models. The scripted model's agent may know others, so it has a file of its own. */
  calibers: join(home, "calibers.json"),
  calibersOffline: join(home, "calibers-offline.json"),
  settings: join(home, "settings.json"),
  settingsLock: join(home, "settings.lock"),
  runs: join(home, "runs"),
  policy: join(home, "policy.toml"),
  /** How to reach the NATS server of a fleet of nodes, and up to which epoch sessions have been given to these. */
  hub: join(home, "hub.json"),
  hubEpoch: join(home, "hub-epoch.json"),
  /** Copies of the workspace on their way to nodes, and what came back and could not be taken. */
  hubSpaces: join(home, "hub-spaces"),
  /** What a netrunner likes of the cockpit. */
  cockpit: join(home, "cockpit.toml"),
});

/** All that the deck keeps in a home, by which it is told from what else is there where the home is no folder of its own. */
export function homeFiles(home: string): string[] {
  const paths = homePaths(home);
  const journals = [paths.database, paths.lock, paths.settingsLock].flatMap((path) =>
    ["-wal", "-shm", "-journal"].map((end) => `${path}${end}`),
  );
  const others = ["host.log", "host.log.1", "crashes", "cockpit-memory.json", "tripwires.json", "offline-home"];
  return [...Object.values(paths), ...journals, ...others.map((name) => join(home, name))];
}

/** What may be in a folder that is a home and nothing else. */
const ownNames: ReadonlySet<string> = new Set([
  ...homeFiles("").map((path) => path.split("/")[0] ?? ""),
  "plugins",
  "profiles",
]);

/** What tells this home's processes from those of any other, of a copy of it too. Undefined where there is no such folder. */
export function homeMark(home: string): string | undefined {
  try {
    return `${realpathSync(home)}#${statSync(home).ino}`;
  } catch {
    // What is not there has started nothing.
    return undefined;
  }
}

/** The folder of a run. The id may come from a command line: what could lead out of the home is refused. */
export function runPath(home: string, run: string): string {
  if (!/^run-[A-Za-z0-9_-]{1,100}$/.test(run))
    throw new Fault("usage", "run.bad_id", `"${run.slice(0, 100)}" is not the id of a run`, {
      hint: "A run's id looks like run-20260102-030405-a1b2. List them with: cyberdeck runs",
    });
  return join(homePaths(home).runs, run);
}

/** Makes the home if it is not there: for its owner alone, and out of sight of the workspace's version control. */
export function ensureHome(home: string): void {
  try {
    mkdirSync(home, { recursive: true, mode: 0o700 });
    hideFromGit(home);
  } catch (error) {
    throw storageFault(error, "could not make the folder", home);
  }
}

/** The folder of a workspace that is its home where nobody names another. */
const usualName = ".cyberdeck";

/** Only in a folder that is ours alone: with `--home .` this file would hide the netrunner's own work from git. */
function hideFromGit(home: string): void {
  const names = readdirSync(home);
  if (names.includes(".gitignore")) return;
  // Folders such as `bin` and `runs` alone may be anybody's.
  const hasFiles = names.length === 0 || names.some((name) => name.includes("."));
  const isOurs = basename(home) === usualName || (hasFiles && names.every((name) => ownNames.has(name)));
  if (!isOurs) return;
  try {
    writeFileSync(join(home, ".gitignore"), "*\n", { flag: "wx" });
  } catch (error) {
    // Another deck was faster.
    if (errnoOf(error) !== "EEXIST") throw error;
  }
}
