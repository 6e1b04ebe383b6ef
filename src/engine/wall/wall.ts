import { lstatSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { AgentWall } from "../../drivers/agent.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import type { RunSettings } from "../../protocol/settings.ts";
import { findBubblewrap, tryProgram } from "../../process/wall/bubblewrap.ts";
import { launcherScript, shellScript } from "../../process/wall/script.ts";
import { layoutOf, unreadableFor, type WallPlace } from "./layout.ts";

/** What stands between the constructs of a run and the machine. */
export interface RunWall {
  /** What to start agents with; undefined when there is no wall. */
  readonly agents: AgentWall | undefined;
  /** Why there is one, or none; a sentence for the netrunner. */
  readonly why: string;
  /** Takes the network from the shell commands that start from now on, or gives it back. Throws when that fails. */
  cutNetwork(isCut: boolean): void;
  /** Lets go of what it keeps on disk. Never throws. */
  remove(): void;
}

/** Where a run's wall is put up. */
export type RunPlace = Omit<WallPlace, "cacheFolder" | "user"> & { run: string };

/**
 * Puts up the wall for a run. With `auto` it is put up where this machine can, and that is tried for real; with `on`, a
 * machine that cannot is a fault that says what to do.
 * @param find looks for bubblewrap
 */
export async function raiseWall(
  wish: RunSettings["sandbox"],
  place: RunPlace,
  find: () => Promise<string | undefined> = findBubblewrap,
): Promise<RunWall> {
  if (wish === "off") return without("it was turned off for this run");
  const raised = await tryToRaise(place, find);
  if (typeof raised !== "string") return raised;
  if (wish === "auto") return without(raised);
  throw new Fault("setup", "wall.impossible", `The operating system's wall cannot be put up: ${raised}.`, {
    hint: "Make it work, or go on without it: --sandbox auto, or --sandbox off.",
  });
}

/** No wall at all. */
export const without = (why: string): RunWall => ({
  agents: undefined,
  why,
  cutNetwork: () => undefined,
  remove: () => undefined,
});

async function tryToRaise(place: RunPlace, find: () => Promise<string | undefined>): Promise<RunWall | string> {
  if (process.platform !== "linux") return `it is made of what Linux offers, and this is ${process.platform}`;
  const bubblewrap = await find();
  if (bubblewrap === undefined)
    return "bubblewrap is not installed; install it, on Debian and Ubuntu with: apt-get install bubblewrap";
  const wall = tryToBuild(place, bubblewrap);
  if (typeof wall === "string") return wall;
  const problem = await tryProgram({
    command: wall.agents.agent,
    args: [wall.agents.shell, check(place)],
    cwd: place.workspace,
    sign,
    env: { PATH: "/usr/bin:/bin", HOME: place.agentHome },
  });
  if (problem === undefined) return wall;
  wall.remove();
  return `bubblewrap is installed but does not work here (${problem}); it needs user namespaces, which containers and some systems forbid`;
}

function tryToBuild(place: RunPlace, bubblewrap: string): ReturnType<typeof build> | string {
  try {
    return build(place, bubblewrap);
  } catch (error) {
    return `its programs cannot be put into the deck's folder (${messageOf(error)})`;
  }
}

/** Both layers at once, and that they close what they should and nothing else. */
function check({ deckHome, runFolder }: RunPlace): string {
  const says = (text: string): string => `{ echo ${text} >&2; exit 1; }`;
  return [
    `[ -w . ] || ${says("the workspace cannot be written behind it")}`,
    `[ -w '${escaped(runFolder)}' ] || ${says("the run folder cannot be written behind it")}`,
    `[ ! -w '${escaped(deckHome)}' ] || ${says("it closes nothing")}`,
    `echo ${sign}`,
  ].join("\n");
}

const sign = "walled";

const escaped = (text: string): string => text.replaceAll("'", String.raw`'\''`);

function build(place: RunPlace, bubblewrap: string): RunWall & { agents: AgentWall } {
  // Beside the runs, where no construct can write.
  const folder = join(place.deckHome, "wall", place.run);
  const cacheFolder = join(place.deckHome, "cache");
  const networkFlag = join(folder, "network");
  const agents = {
    agent: join(folder, "agent"),
    shell: join(folder, "shell"),
    unreadable: unreadableFor({ ...place, cacheFolder, user: userId() }),
    unwritable: [place.agentState],
  };
  const tools = { bubblewrap, emptyFile: join(folder, "empty") };
  for (const path of [folder, cacheFolder, place.agentState]) makeFolder(path);
  writeAnew(tools.emptyFile, "", 0o400);
  const layout = layoutOf({ ...place, cacheFolder, user: userId() });
  writeAnew(agents.agent, launcherScript(tools, layout.agent), 0o700);
  writeAnew(agents.shell, shellScript(tools, { steps: layout.shell, networkFlag, cacheFolder }), 0o700);
  const cutNetwork = (isCut: boolean): void => {
    if (isCut) rmSync(networkFlag, { force: true });
    else writeFileSync(networkFlag, "");
  };
  return {
    agents,
    why: "bubblewrap works here",
    cutNetwork,
    remove() {
      try {
        rmSync(folder, { recursive: true, force: true });
      } catch {
        // It is two small programs; the run's next wall takes their place.
      }
    },
  };
}

/** A link in its place would lead outside: it is taken away. */
function makeFolder(path: string): void {
  if (lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true) rmSync(path);
  mkdirSync(path, { recursive: true, mode: 0o700 });
}

/** Written anew, so that nobody who held the old one open can change it. */
function writeAnew(path: string, text: string, mode: number): void {
  rmSync(path, { force: true });
  writeFileSync(path, text, { mode, flag: "wx" });
}

const userId = (): number => process.getuid?.() ?? 0;
