import { randomUUID } from "node:crypto";
import { readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import type { Clock } from "../../base/clock.ts";
import type { Things } from "../hub/hub.ts";
import type { Address } from "../wire/letters.ts";
import type { Opening } from "../wire/opening.ts";
import { packsOf, type Given } from "../wire/run-files.ts";
import type { FileWay } from "./run-shelf.ts";
import { runShelf, type RunShelf } from "./run-shelf.ts";
import { patiently } from "../patiently.ts";
import { sessionFiles, type SessionFiles } from "./session-files.ts";
import { sweeping, type Sweeping } from "./run-sweep.ts";

export interface NodeRunFilesParts {
  /** The name of the node. */
  me: string;
  /** The life that the node is in. */
  life: string;
  /** The node's own folder. */
  data: string;
  things: Things;
  /** Asks the host what there is for a session that it does not know. */
  ask: (to: Address, known: Record<string, string>) => Promise<Given>;
  /** Aborts when nothing of this life counts any more. */
  over: AbortSignal;
  /** The runs that are open on the host; undefined: that is not known now. */
  openRuns: () => ReadonlySet<string> | undefined;
  clock: Clock;
  times?: Partial<RunFileTimes>;
}

export interface RunFileTimes {
  /** How long a turn's end, or an opening, waits for files, milliseconds. */
  waitMs: number;
  /** How long a journey is tried that does not succeed, milliseconds, and the pause between two attempts. */
  tryMs: number;
  againMs: number;
  /** How long the folder of a run that is over stays here, milliseconds: when the host has all of it, and when not. */
  keptMs: number;
  unsentMs: number;
}

const usualTimes: RunFileTimes = {
  waitMs: 20_000,
  tryMs: 15_000,
  againMs: 500,
  keptMs: 3_600_000,
  unsentMs: 7 * 24 * 3_600_000,
};

/** The files of the runs on a node, in one life of it. */
export interface NodeRunFiles {
  /** For a session that is to be opened; undefined: host and node have the same folder, so nothing travels. */
  of(opening: Opening, to: Address): SessionFiles | undefined;
  /** The link is back: what could not be brought is brought now. */
  linkUp(): void;
  /** What is open on the host may be otherwise. */
  looksAgain(): void;
  close(): void;
}

export function nodeRunFiles(parts: NodeRunFilesParts): NodeRunFiles {
  const { me, life, data, things, ask, over, clock } = parts;
  const times = { ...usualTimes, ...parts.times };
  const shelves = new Map<string, { shelf: RunShelf; sessions: Set<SessionFiles> }>();
  const sweep: Sweeping = sweeping({ data, clock, times, openRuns: parts.openRuns, inUse: (run) => shelves.has(run) });
  void removePacks(data);

  const shelfOf = (run: string): { shelf: RunShelf; sessions: Set<SessionFiles> } => {
    const there = shelves.get(run) ?? {
      shelf: runShelf({ data, run, life, now: () => clock.now() }),
      sessions: new Set(),
    };
    shelves.set(run, there);
    return there;
  };
  const leave = (run: string, session: SessionFiles): void => {
    const there = shelves.get(run);
    there?.sessions.delete(session);
    if (there?.sessions.size !== 0) return;
    shelves.delete(run);
    sweep.look();
  };
  const wayOf = (to: Address, over: AbortSignal, bring: FileWay["bring"]): FileWay => {
    const retry = <T>(work: () => Promise<T>): Promise<T> => patiently(work, { ...times, clock, over });
    return {
      async put(file) {
        const name = `${packsOf(me)}${randomUUID()}`;
        const { bytes, sha256 } = await retry(() => things.put(name, file));
        return { thing: name, bytes, sha256 };
      },
      async get({ thing, sha256, bytes }, file) {
        await retry(() => things.get(thing, file, { sha256, mostBytes: bytes }));
        // Where it stays, the store drops it when it is old.
        await things.remove(thing).catch(() => false);
      },
      async bring(brought) {
        const answer = await bring(brought);
        // Otherwise the host has taken it out.
        if (answer === undefined && brought.pack !== null) await things.remove(brought.pack.thing).catch(() => false);
        return answer;
      },
      ask: (known) => retry(() => ask(to, known)),
    };
  };

  return {
    of(opening, to) {
      const { run } = opening;
      if (join(data, "runs", run.id) === run.folder) return undefined;
      const { shelf, sessions } = shelfOf(run.id);
      const files = sessionFiles({
        opening,
        shelf,
        over,
        waitMs: times.waitMs,
        way: (ended, bring) => wayOf(to, ended, bring),
        onClose: () => leave(run.id, files),
      });
      sessions.add(files);
      return files;
    },
    linkUp() {
      for (const { sessions } of shelves.values()) for (const files of sessions) void files.bring();
    },
    looksAgain: () => sweep.look(),
    close() {
      sweep.close();
      for (const { sessions } of shelves.values()) for (const files of sessions) files.close();
    },
  };
}

/** What an earlier life has left of its journeys. */
async function removePacks(data: string): Promise<void> {
  const folder = join(data, "run-files");
  const names = await readdir(folder).catch(() => []);
  for (const name of names)
    if (name.endsWith(".pack"))
      await rm(join(folder, name), { force: true }).catch(() => "it is tried again next time");
}
