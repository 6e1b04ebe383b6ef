import { randomBytes, randomUUID } from "node:crypto";
import { mkdirSync, rmSync } from "node:fs";
import { realpath, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { mutex } from "../../base/mutex.ts";
import { oneLine } from "../../base/text.ts";
import type { SessionSpec } from "../../drivers/agent.ts";
import type { Things } from "../hub/hub.ts";
import type { Party } from "../hub/subjects.ts";
import { patiently } from "../patiently.ts";
import { runFileBounds, type RunFileBounds } from "../run-files/bounds.ts";
import { fitting } from "../run-files/fitting.ts";
import { hashes, type Hashes } from "../run-files/hash.ts";
import { lookInto, type LeftFile } from "../run-files/look.ts";
import { besides, whyNotName } from "../run-files/names.ts";
import { packInto, unpack } from "../run-files/pack.ts";
import { passingTrouble } from "../run-files/passing.ts";
import { putFile, type Content } from "../run-files/put-file.ts";
import type { Address } from "../wire/letters.ts";
import { packsOf, type Brought, type BroughtAnswer, type Given } from "../wire/run-files.ts";

export interface HostRunFilesParts {
  things: Things;
  /** A folder of the host's own for what is on its way: it is emptied. */
  scratch: string;
  /** Hears of what did not travel, or not as it was. `session`: null where it is so for all of the run. */
  tell: (node: Party, session: string | null, what: string) => void;
  clock: Clock;
  times?: Partial<HostFileTimes>;
  bounds?: RunFileBounds;
}

export interface HostFileTimes {
  /** How long a journey is tried that does not succeed, milliseconds, and the pause between two attempts. */
  tryMs: number;
  againMs: number;
  /** How long what was given to a node stays in the store, should that not take it out, milliseconds. */
  givenMs: number;
}

/** Takes what a session brings. `isOver`: it was given up, and nothing of it counts any more. Never rejects. */
export type TakeFiles = (brought: Brought, isOver: () => boolean) => Promise<BroughtAnswer>;

/** The host's side of the files of runs that travel. */
export interface HostRunFiles {
  /** A session that a node has claimed: from now on it may ask for files of its run, and bring some. */
  of(to: Address, spec: Pick<SessionSpec, "id" | "run">, node: Party): TakeFiles;
  /** What there is for a session that its node does not know. Rejects when it is not one of this node's. */
  give(to: Address, known: Record<string, string>, node: Party): Promise<Given>;
  close(): Promise<void>;
}

/** A session that travels, and where its files belong. */
interface Traveller {
  to: Address;
  node: Party;
  session: string;
  run: string;
  folder: string;
}

const usualTimes: HostFileTimes = { tryMs: 15_000, againMs: 300, givenMs: 120_000 };

export function hostRunFiles(parts: HostRunFilesParts): HostRunFiles {
  const { things, scratch, tell, clock, bounds = runFileBounds } = parts;
  const times = { ...usualTimes, ...parts.times };
  const over = new AbortController();
  /** By session: its last epoch. */
  const travellers = new Map<string, Traveller>();
  const folders = new Map<string, { oneByOne: ReturnType<typeof mutex>; hashed: Hashes }>();
  const given = new Set<string>();
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true, mode: 0o700 });

  const folderOf = (path: string): { oneByOne: ReturnType<typeof mutex>; hashed: Hashes } => {
    const there = folders.get(path) ?? { oneByOne: mutex(), hashed: hashes() };
    folders.delete(path);
    folders.set(path, there);
    const [oldest] = folders.keys();
    if (folders.size > mostFolders && oldest !== undefined) folders.delete(oldest);
    return there;
  };
  const inScratch = async <T>(work: (path: string) => Promise<T>): Promise<T> => {
    const path = join(scratch, `${randomBytes(6).toString("hex")}.pack`);
    try {
      return await work(path);
    } finally {
      await rm(path, { force: true });
    }
  };
  const retry = <T>(work: () => Promise<T>, tryMs: number = times.tryMs): Promise<T> =>
    patiently(work, { ...times, tryMs, clock, over: over.signal });
  const remove = (thing: string): void => {
    given.delete(thing);
    // Where it cannot be taken out, the store drops it when it is old.
    things.remove(thing).catch(() => "the link is down");
  };
  const tellLeft = (node: Party, session: string | null, what: string, left: readonly LeftFile[]): void => {
    for (const { name, why } of left)
      tell(node, session, name === "" ? `${what}: ${why}` : `${what}: ${oneLine(name, 300)}: ${why}`);
  };

  const takeAll = async (from: Traveller, brought: Brought, isOver: () => boolean): Promise<BroughtAnswer> => {
    const { pack, files } = brought;
    if (pack === null || !pack.thing.startsWith(packsOf(from.node)))
      return files.map(() => ({ why: "the files are not there", isAgain: false }));
    const root = await realpath(from.folder);
    const answer: BroughtAnswer = [];
    await inScratch(async (path) => {
      await retry(() => things.get(pack.thing, path, { sha256: pack.sha256, mostBytes: pack.bytes }));
      await unpack(path, files, async (file, content) => {
        answer.push(await takeOne(from, root, file, content, isOver));
      });
    });
    remove(pack.thing);
    const troubles = new Set(answer.flatMap((became) => ("why" in became && became.isAgain ? [became.why] : [])));
    for (const why of troubles) tell(from.node, from.session, `${cannotNow}: ${why}`);
    return answer;
  };
  const takeOne = async (
    from: Traveller,
    root: string,
    file: Brought["files"][number],
    content: Content,
    isOver: () => boolean,
  ): Promise<BroughtAnswer[number]> => {
    const mustCount = (): void => {
      if (isOver()) throw givenUp();
    };
    const refuse = (why: string): BroughtAnswer[number] => {
      tellLeft(from.node, from.session, "a file of its run's folder was refused", [{ name: file.name, why }]);
      return { why, isAgain: false };
    };
    const why = whyNotName(file.name);
    if (why !== undefined) return refuse(why);
    for (let time = 0; time <= mostBesides; time += 1) {
      const name = time === 0 ? file.name : besides(file.name, from.session, time);
      try {
        mustCount();
        const put = await putFile(root, { ...file, name }, content, (current) => current === file.base, mustCount);
        if (put === "conflict") continue;
        if (time > 0 && put === "put")
          tell(
            from.node,
            from.session,
            `somebody else has changed ${oneLine(file.name, 300)} in the run's folder meanwhile, so its own is kept as ${oneLine(name, 300)}`,
          );
        return { as: name };
      } catch (error) {
        const trouble = passingTrouble(error);
        return trouble === undefined ? refuse(messageOf(error)) : { why: trouble, isAgain: true };
      }
    }
    return refuse("others have changed it again and again");
  };

  return {
    of(to, spec, node) {
      if (spec.run === undefined) return (brought) => Promise.resolve(brought.files.map(() => noRun));
      const { folder } = spec.run;
      const traveller = { to, node, session: spec.id, run: spec.run.id, folder };
      travellers.delete(spec.id);
      travellers.set(spec.id, traveller);
      const [oldest] = travellers.keys();
      if (travellers.size > mostTravellers && oldest !== undefined) travellers.delete(oldest);
      return async (brought, isOver) => {
        tellLeft(node, spec.id, "of its run's folder, something stays on its node", brought.left);
        if (brought.files.length === 0) return [];
        try {
          return await folderOf(folder).oneByOne(() => takeAll(traveller, brought, isOver));
        } catch (error) {
          const thing = brought.pack?.thing;
          const trouble = passingTrouble(error);
          // The name of the pack is another one each time, and what is told again and again must read the same.
          const why = trouble ?? (thing ? messageOf(error).replaceAll(thing, "them") : messageOf(error));
          tell(node, spec.id, `${trouble === undefined ? notTaken : cannotNow}: ${why}`);
          if (thing?.startsWith(packsOf(node))) remove(thing);
          return brought.files.map(() => ({ why: oneLine(why, 1000), isAgain: mayComeAgain(error) }));
        }
      };
    },
    async give(to, known, node) {
      const traveller = travellers.get(to.session);
      if (traveller?.node !== node || traveller.to.epoch !== to.epoch || traveller.to.boot !== to.boot)
        throw new Fault("refused", "run_files.stranger", "it has no such session", { hint: "Nothing is to be done." });
      const { folder } = traveller;
      const { hashed, oneByOne } = folderOf(folder);
      const changed: { name: string; bytes: number }[] = [];
      const { root, files, left } = await lookInto(folder, bounds);
      await oneByOne(async () => {
        hashed.keepOnly(new Set(files.map(({ name }) => name)));
        for (const { name, bytes, stamp } of files) {
          const sha256 = await hashed.of(root, name, stamp).catch((error: unknown) => {
            left.push({ name, why: messageOf(error) });
            return undefined;
          });
          if (sha256 !== undefined && known[name] !== sha256) changed.push({ name, bytes });
        }
      });
      const { files: some, left: others } = fitting(changed, bounds);
      return inScratch(async (path) => {
        const { packed, left: unread } = await packInto(path, root, some, bounds);
        tellLeft(node, null, `of the folder of ${traveller.run}, something does not come to nodes`, [
          ...left,
          ...others,
          ...unread,
        ]);
        if (packed.length === 0) return { pack: null, files: [] };
        const name = `${packsOf(node)}${randomUUID()}`;
        // Its node waits for the answer.
        const { bytes, sha256 } = await retry(() => things.put(name, path), times.tryMs / 2);
        given.add(name);
        clock.after(times.givenMs, () => remove(name), over.signal);
        return {
          pack: { thing: name, bytes, sha256 },
          files: packed.map(({ name: of, bytes: size, sha256: hash }) => ({ name: of, bytes: size, sha256: hash })),
        };
      });
    },
    async close() {
      over.abort();
      await Promise.allSettled([...given].map((thing) => things.remove(thing)));
      rmSync(scratch, { recursive: true, force: true });
    },
  };
}

/** So many names are tried besides one that is taken. */
const mostBesides = 20;
const mostFolders = 100;
const mostTravellers = 10_000;

const notTaken = "files of its run's folder could not be taken";
const cannotNow = "files of its run's folder cannot be put on this machine now, and come again with its next turn";

const noRun = { why: "it works for no run", isAgain: false };

const givenUp = (): Fault =>
  new Fault("refused", "run_files.given_up", "its session was given up before it came", {
    hint: "It stays on its node.",
  });

const mayComeAgain = (error: unknown): boolean =>
  passingTrouble(error) !== undefined || (error instanceof Fault && error.code.startsWith("hub."));
