import { createHash } from "node:crypto";
import { mkdir, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { systemClock, type Clock } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { isWithin } from "../../base/files.ts";
import { realPath } from "../../engine/gate/real-path.ts";
import { raiseWall, type RunWall } from "../../engine/wall/wall.ts";
import type { DeckFolders } from "../../policy/brake/context.ts";
import type { NodeAsked } from "../../protocol/node.ts";
import { homePaths } from "../../store/home.ts";
import type { Opening } from "../wire/opening.ts";
import { placeNames, type PlaceNames } from "../wire/place-names.ts";
import { finderFor } from "./finding.ts";
import type { PolicyShelf } from "./policy-shelf.ts";
import type { OpenSpace, Spaces } from "./spaces.ts";
import type { WorkPlace } from "./worker.ts";

export interface PlacesParts {
  /** The node's own folder. */
  data: string;
  /** HOME of the agents, and where they keep their sessions and their login. */
  agentHome: string;
  agentState: string;
  sandbox: NodeAsked["sandbox"];
  policies: PolicyShelf;
  /** Processes that no agent may signal. */
  keptProcesses: () => readonly number[];
  /** Copies of workspaces; undefined: this node shares its workspaces with the host. */
  spaces: Spaces | undefined;
  warn: (code: string, message: string) => void;
  clock?: Clock;
  /** The longest that a place may take to be made ready, milliseconds. */
  boundMs?: number;
}

/** Where the sessions of a node work: a folder that it shares with the host, or a copy of that, behind a wall for each run. */
export interface Places {
  /** Makes a place ready. Bounded in time, and by the signal. Rejects with a sentence for whoever wanted it. */
  placeFor(opening: Opening, over: AbortSignal): Promise<WorkPlace>;
  close(): void;
}

type Folders = ReturnType<PolicyShelf["foldersIn"]>;

/** What the sessions of a run share in a folder here. */
interface Room {
  run: string;
  users: number;
  /** Rejects where a wall that must be there cannot. */
  ready: Promise<RunWall>;
  wall: RunWall | undefined;
  /** The wall keeps the network from what is called now. */
  isCut: boolean;
}

const usualBoundMs = 20_000;

/** What has to be fetched and unpacked may take so much longer, milliseconds. */
const unpackMs = 200_000;

export function placesOf(parts: PlacesParts): Places {
  const { data, agentHome, agentState, sandbox, policies, clock = systemClock } = parts;
  const rooms = new Map<string, Room>();

  /** Throws where the network cannot be cut: the policy that wants it is then not in force here. */
  const follow = (room: Room): void => {
    const isCut = policies.isAirgapped(room.run);
    room.wall?.cutNetwork(isCut);
    room.isCut = isCut && room.wall?.agents !== undefined;
  };
  const changes = policies.onChange(() => rooms.forEach(follow));

  const make = ({ run, cwd, wall }: Pick<Opening, "run" | "cwd" | "wall">, name: string, policy: Folders): Room => {
    const runFolder = join(data, "runs", run.id);
    const wish = sandbox === "auto" && !wall ? "off" : sandbox;
    const ready = mkdir(runFolder, { recursive: true, mode: 0o700 }).then(() =>
      raiseWall(wish, {
        run: name,
        workspace: cwd,
        runFolder,
        deckHome: data,
        agentHome,
        agentState,
        policy,
        hidden: ofHost(run.folder, cwd),
      }),
    );
    const room: Room = { run: run.id, users: 0, ready, wall: undefined, isCut: false };
    room.ready = ready.then((raised) => {
      room.wall = raised;
      follow(room);
      return raised;
    });
    return room;
  };

  const prepare = async (opening: Opening, over: AbortSignal, leave: (room: Room) => void): Promise<WorkPlace> => {
    const copy = opening.space === null ? undefined : await openCopy(opening.space, over);
    try {
      return await prepareIn(copy, opening, leave);
    } catch (error) {
      if (copy !== undefined) leaveCopy(copy, opening.space?.thing !== null);
      throw error;
    }
  };
  const prepareIn = async (
    copy: OpenSpace | undefined,
    opening: Opening,
    leave: (room: Room) => void,
  ): Promise<WorkPlace> => {
    const { run, wall: isWalled } = opening;
    const cwd = copy?.workspace ?? opening.cwd;
    await mustBeFolder(cwd, data);
    const place = {
      workspace: cwd,
      runFolder: join(data, "runs", run.id),
      deckHome: data,
      agentHome,
      otherDecks: deckOfHost(run.folder, cwd),
    };
    // The first opening may come before the policy does.
    await policies.until();
    const folders = policies.foldersIn(place);
    // A wall is for the folders that were open when it was put up: what comes later gets another one.
    const boundsOf = ({ writable, protected: kept }: Folders): string =>
      JSON.stringify([cwd, isWalled, writable, kept]);
    const bounds = boundsOf(folders);
    const key = `${run.id}-${createHash("sha256").update(bounds).digest("hex").slice(0, 8)}`;
    const room = rooms.get(key) ?? make({ ...opening, cwd }, key, folders);
    rooms.set(key, room);
    room.users += 1;
    let isLeft = false;
    const release = (): void => {
      if (isLeft) return;
      isLeft = true;
      room.users -= 1;
      if (room.users > 0) return;
      rooms.delete(key);
      leave(room);
    };
    try {
      const { agents } = await room.ready;
      const judge = policies.judgeFor(run.id, { ...place, keptProcesses: parts.keptProcesses });
      return {
        cwd,
        wall: agents,
        find: finderFor({ judge, policy: policies, workspace: cwd, isCutOff: () => room.isCut }),
        isStale: () => agents !== undefined && boundsOf(policies.foldersIn(place)) !== bounds,
        names: namesIn(copy, opening, place.runFolder),
        ...(copy === undefined
          ? {}
          : { copy: { bring: () => copy.bring(), leave: (mayGo) => leaveCopy(copy, mayGo) } }),
        release,
      };
    } catch (error) {
      release();
      throw error;
    }
  };
  const giveBack = ({ release, copy }: WorkPlace, { space }: Opening): void => {
    release();
    // What an earlier session has left there stays.
    copy?.leave(space?.thing !== null);
  };
  const openCopy = async (space: NonNullable<Opening["space"]>, over: AbortSignal): Promise<OpenSpace> => {
    if (parts.spaces === undefined) throw onlyShared();
    return parts.spaces.open(space, over);
  };
  const leaveCopy = (copy: OpenSpace, mayGo: boolean): void => {
    copy.leave(mayGo).catch((error: unknown) => parts.warn("node.copy_left", messageOf(error)));
  };
  const takeDown = ({ ready }: Room): void => {
    ready.then(
      (wall) => wall.remove(),
      () => "it was never up",
    );
  };

  return {
    async placeFor(opening, over) {
      const late = Promise.withResolvers<never>();
      const giveUp = (why: string) => (): void => late.reject(notReady(opening.cwd, why));
      const isOver = giveUp("the node has lost its lease meanwhile");
      over.addEventListener("abort", isOver, { once: true });
      const { boundMs = usualBoundMs } = parts;
      const mostMs = opening.space === null ? boundMs : boundMs + unpackMs;
      using _bound = clock.after(mostMs, giveUp(`it took longer than ${mostMs / 1000} s`));
      const making = prepare(opening, over, takeDown);
      try {
        return await Promise.race([making, late.promise]);
      } catch (error) {
        // One that becomes ready after that is for nobody.
        void making.then(
          (ready) => giveBack(ready, opening),
          () => "it is told already",
        );
        throw error;
      } finally {
        over.removeEventListener("abort", isOver);
      }
    },
    close() {
      changes[Symbol.dispose]();
      for (const room of rooms.values()) takeDown(room);
      rooms.clear();
    },
  };
}

async function mustBeFolder(cwd: string, data: string): Promise<void> {
  const entry = await stat(cwd).catch(() => undefined);
  if (entry?.isDirectory() !== true)
    throw new Fault("refused", "node.no_folder", `the node has no folder ${cwd}; mount it there under the same path`, {
      facts: { cwd },
      hint: "Mount it at the same path, or run it on a machine that has it.",
    });
  if (isWithin(realPath(cwd), realPath(data)))
    throw new Fault("refused", "node.own_folder", `${cwd} is in the node's own folder; use another workspace`, {
      facts: { cwd },
      hint: "Choose a workspace outside of it.",
    });
}

/** The run's folder; and of a copy the workspace, and the repository around it, where the host's path tells which folder that is. */
function namesIn(copy: OpenSpace | undefined, { cwd, run, space }: Opening, runFolder: string): PlaceNames {
  const ofRun = { host: run.folder, node: runFolder };
  if (copy === undefined) return placeNames([ofRun]);
  const { workspace, tree } = copy;
  const inside = space?.manifest.folder ?? "";
  const root = inside !== "" && cwd.endsWith(`/${inside}`) ? cwd.slice(0, -inside.length - 1) : undefined;
  return placeNames([
    ofRun,
    { host: cwd, node: workspace },
    ...(root === undefined || root === "" ? [] : [{ host: root, node: tree }]),
  ]);
}

const onlyShared = (): Fault =>
  new Fault("refused", "node.only_shared", "this node takes no copies of workspaces (--workspace shared)", {
    hint: "Start it with --workspace bundle, or mount the workspace there.",
  });

/**
 * The files of the host's home, where that is in the shared folder too: its log, its settings and how it reaches the hub are not for an
 * agent here, as they are not for one on the host's machine.
 */
function ofHost(runFolder: string, cwd: string): string[] {
  const home = homeOfHost(runFolder);
  if (home === undefined || !isWithin(home, cwd)) return [];
  const { runs: _runs, ...others } = homePaths(home);
  return [...Object.values(others), `${others.database}-wal`, `${others.database}-shm`, join(home, "host.log")];
}

/** The same for the brake, which is there without a wall, too. A home around the workspace means something else on this machine. */
function deckOfHost(runFolder: string, cwd: string): DeckFolders[] {
  const deckHome = homeOfHost(runFolder);
  return deckHome === undefined || isWithin(cwd, deckHome) ? [] : [{ deckHome, runFolder }];
}

function homeOfHost(runFolder: string): string | undefined {
  const runs = dirname(runFolder);
  return basename(runs) === "runs" ? dirname(runs) : undefined;
}

const notReady = (cwd: string, why: string): Fault =>
  new Fault("refused", "node.not_ready", `the place in ${cwd} could not be made ready: ${why}`, {
    hint: "Try again, or run it on another machine.",
  });
