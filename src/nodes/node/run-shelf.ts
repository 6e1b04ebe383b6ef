import { randomBytes } from "node:crypto";
import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../../base/fault.ts";
import { mutex } from "../../base/mutex.ts";
import { runFileBounds, type RunFileBounds } from "../run-files/bounds.ts";
import { fitting } from "../run-files/fitting.ts";
import { hashes } from "../run-files/hash.ts";
import { lookInto, type LeftFile } from "../run-files/look.ts";
import { whyNotName } from "../run-files/names.ts";
import { packInto, unpack } from "../run-files/pack.ts";
import { putFile, type Content } from "../run-files/put-file.ts";
import type { Brought, BroughtAnswer, Given, Pack, TravellingFile } from "../wire/run-files.ts";
import { readState, writeState, type ShelfState } from "./shelf-state.ts";

/** How the files of a run's folder come over the wire, for one session. */
export interface FileWay {
  /** Puts a pack into the store of things. Rejects when it cannot, or not in time. */
  put(file: string): Promise<Pack>;
  /** Writes a pack to a file, and takes it out of the store. */
  get(pack: Pack, file: string): Promise<void>;
  /** Tells the host what is brought. Undefined: it gives no answer any more. */
  bring(brought: Brought): Promise<BroughtAnswer | undefined>;
  /** Asks the host what there is for this node that it does not know. */
  ask(known: Record<string, string>): Promise<Given>;
}

/** The folder of a run on this node, and what of it the host has. All sessions of that run share it. */
export interface RunShelf {
  readonly folder: string;
  /** Brings to the host what is new or has changed here. Gives what stays here and was not told before. Rejects where that cannot be known. */
  bring(way: FileWay): Promise<LeftFile[]>;
  /** Gets from the host what is new or has changed there. What has changed here meanwhile stays. Gives what could not be put here. */
  fetch(way: FileWay): Promise<LeftFile[]>;
  /**
   * A session works in it from now on: what it writes the host does not have yet. What an earlier life of the node has not brought counts
   * again when somebody comes back who was at work then; until that, it may be of one that goes on elsewhere.
   */
  begin(session: string): Promise<void>;
}

/** A file in the folder, and what of it the host has. */
interface HereFile {
  here: string;
  bytes: number;
  sha256: string;
  known: { as: string; base: string } | undefined;
}

const isChanged = ({ known, sha256 }: HereFile): boolean => known?.base !== sha256;

const stray = "an earlier life of the node has not brought it, and nobody has come back who was at work then";

/** So many are remembered of those who have worked in it. */
const mostSessions = 500;

export interface ShelfParts {
  /** The node's own folder. */
  data: string;
  run: string;
  /** The life that the node is in. */
  life: string;
  now: () => number;
  bounds?: RunFileBounds;
}

export function runShelf({ data, run, life, now, bounds = runFileBounds }: ShelfParts): RunShelf {
  const folder = join(data, "runs", run);
  const oneByOne = mutex();
  const hashed = hashes();
  /** By name, what the host has refused for good. */
  const refused = new Map<string, string>();
  const told = new Set<string>();
  let loaded: Promise<ShelfState> | undefined;

  const load = async (): Promise<ShelfState> => {
    await mkdir(folder, { recursive: true, mode: 0o700 });
    await mkdir(join(data, "run-files"), { recursive: true, mode: 0o700 });
    const state = await readState(data, run);
    if (state === undefined)
      return { life, usedAt: now(), isWhole: false, sessions: [], files: new Map(), strays: new Map() };
    if (state.life === life) return state;
    const { here } = await lookedAt(state.files);
    const strays = here.filter(isChanged).map(({ here: name, sha256 }) => [name, sha256] as const);
    return { ...state, life, strays: new Map(strays) };
  };
  const stateNow = (): Promise<ShelfState> => (loaded ??= load());
  const save = async (change: Partial<ShelfState>): Promise<void> => {
    const state = Object.assign(await stateNow(), { usedAt: now(), ...change });
    await writeState(data, run, state);
  };
  const scratch = async <T>(work: (path: string) => Promise<T>): Promise<T> => {
    const path = join(data, "run-files", `${randomBytes(6).toString("hex")}.pack`);
    try {
      return await work(path);
    } finally {
      await rm(path, { force: true });
    }
  };
  /** Each only once, as long as it is so. */
  const news = (left: readonly LeftFile[]): LeftFile[] => {
    const keys = new Map(left.map((one) => [JSON.stringify(one), one]));
    for (const key of told) if (!keys.has(key)) told.delete(key);
    const fresh = [...keys].filter(([key]) => !told.has(key));
    for (const [key] of fresh) told.add(key);
    return fresh.map(([, one]) => one);
  };

  /** What is here, with its hash, and what the host knows of it. */
  const looked = async () => lookedAt((await stateNow()).files);
  const lookedAt = async (known: ShelfState["files"]) => {
    const { root, files, left } = await lookInto(folder, bounds);
    hashed.keepOnly(new Set(files.map(({ name }) => name)));
    const here: HereFile[] = [];
    for (const { name, bytes, stamp } of files)
      try {
        here.push({ here: name, bytes, sha256: await hashed.of(root, name, stamp), known: known.get(name) });
      } catch (error) {
        left.push({ name, why: messageOf(error) });
      }
    return { root, here, left };
  };

  const bringNow = async (way: FileWay): Promise<LeftFile[]> => {
    const { root, here, left } = await looked();
    const { strays } = await stateNow();
    const isStray = (one: HereFile): boolean => strays.get(one.here) === one.sha256;
    for (const one of here) if (isStray(one)) left.push({ name: one.here, why: stray });
    const changed = here
      .filter((one) => isChanged(one) && refused.get(one.here) !== one.sha256 && !isStray(one))
      .map((one) => ({ ...one, name: one.here }));
    const { files, left: over } = fitting(changed, bounds);
    const journey = await scratch(async (path) => {
      const { packed, left: unread } = await packInto(path, root, files, bounds);
      if (packed.length === 0) return { packed, unread, answer: [] };
      const brought = packed.map(({ name, bytes, sha256, known }) => ({
        name: known?.as ?? name,
        bytes,
        sha256,
        base: known?.base ?? null,
      }));
      return { packed, unread, answer: await way.bring({ pack: await way.put(path), files: brought, left: [] }) };
    });
    const all = [...left, ...over, ...journey.unread];
    const isTaken = await noteAnswer(journey.packed, journey.answer);
    const isWhole = isTaken && all.length === 0;
    if (journey.packed.length > 0 || (await stateNow()).isWhole !== isWhole) await save({ isWhole });
    return news(all);
  };
  const noteAnswer = async (
    packed: readonly (TravellingFile & { here: string })[],
    answer: BroughtAnswer | undefined,
  ) => {
    const { files } = await stateNow();
    let isTaken = true;
    for (const [index, { here, sha256 }] of packed.entries()) {
      const became = answer?.[index];
      if (became !== undefined && "as" in became) files.set(here, { as: became.as, base: sha256 });
      else {
        isTaken = false;
        if (became?.isAgain === false) refused.set(here, sha256);
      }
    }
    return isTaken;
  };

  const fetchNow = async (way: FileWay): Promise<LeftFile[]> => {
    const { root, here } = await looked();
    const { files: few } = fitting(
      here.map((one) => ({ ...one, name: one.here, bytes: 0 })),
      bounds,
    );
    const { pack, files } = await way.ask(
      Object.fromEntries(few.map((one) => [one.here, one.known?.as === one.here ? one.known.base : one.sha256])),
    );
    if (pack === null) return [];
    const left: LeftFile[] = [];
    await scratch(async (path) => {
      await way.get(pack, path);
      await unpack(path, files, async (file, content) => {
        const why = whyNotName(file.name) ?? (await place(root, file, content));
        if (why !== undefined) left.push({ name: file.name, why });
      });
    });
    await save({});
    return left;
  };
  /** Why it cannot be here; undefined: it is, or what has changed here stands in its place. */
  const place = async (root: string, file: TravellingFile, content: Content): Promise<string | undefined> => {
    const { files } = await stateNow();
    const known = files.get(file.name);
    const isOld = (current: string): boolean => known?.as === file.name && known.base === current;
    try {
      const put = await putFile(root, file, content, isOld);
      if (put !== "conflict") files.set(file.name, { as: file.name, base: file.sha256 });
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  };

  return {
    folder,
    bring: (way) => oneByOne(() => bringNow(way)),
    fetch: (way) => oneByOne(() => fetchNow(way)),
    begin: (session) =>
      oneByOne(async () => {
        const { sessions, strays } = await stateNow();
        await save({
          isWhole: false,
          strays: sessions.includes(session) ? new Map() : strays,
          sessions: [...new Set([...sessions, session])].slice(-mostSessions),
        });
      }),
  };
}
