import { join, relative, resolve } from "node:path";
import { pause } from "../../base/clock.ts";
import { messageOf } from "../../base/fault.ts";
import { isWithin } from "../../base/files.ts";
import { showDuration } from "../../base/units.ts";
import { realPath } from "../../engine/gate/real-path.ts";
import { surfaceTool, surfaceWishSchema, type SurfaceWish } from "../../protocol/surfaced.ts";
import type { ToolCall } from "../../protocol/verdict.ts";
import type { LeftFile } from "../run-files/look.ts";
import type { Saying } from "../wire/letters.ts";
import type { Opening } from "../wire/opening.ts";
import { toldLeft, type BroughtAnswer } from "../wire/run-files.ts";
import { copyShown } from "./copy-shown.ts";
import type { FileWay, RunShelf } from "./run-shelf.ts";

/**
 * The files of the run's folder, for one session on a node: they come before its agent starts, and go to the host before that hears of the end
 * of a turn.
 */
export interface SessionFiles {
  /** Where it tells its host. */
  attach(say: (saying: Saying) => void): void;
  /** Its agent is about to start, in this folder. Waits for what the host has; bounded, never rejects: what is missing is told. */
  fetch(cwd: string): Promise<void>;
  /** Brings what is new. Bounded, never rejects: what stays is told. */
  bring(): Promise<void>;
  /** A call as the host sees it: where it shows a file of this machine, that is on the host by then, and named as it is there. */
  shown(call: ToolCall): Promise<ToolCall>;
  wish(wish: SurfaceWish): Promise<SurfaceWish>;
  taken(ask: number, answer: BroughtAnswer): void;
  /** Nobody waits for it any more. */
  close(): void;
}

export interface SessionFilesParts {
  opening: Opening;
  shelf: RunShelf;
  /** Aborts when nothing of this life of the node counts any more. */
  over: AbortSignal;
  waitMs: number;
  way: (ended: AbortSignal, bring: FileWay["bring"]) => FileWay;
  onClose: () => void;
}

export function sessionFiles({ opening, shelf, over, waitMs, way, onClose }: SessionFilesParts): SessionFiles {
  const ending = new AbortController();
  const ended = AbortSignal.any([over, ending.signal]);
  const answers = new Map<number, (answer: BroughtAnswer | undefined) => void>();
  let say: (saying: Saying) => void = () => undefined;
  let cwd = opening.cwd;
  let asks = 0;

  const tell = (left: readonly LeftFile[]): void => {
    if (left.length === 0 || ended.aborted) return;
    asks += 1;
    say({ type: "files", ask: asks, brought: { pack: null, files: [], left: toldLeft(left) } });
  };
  const own = way(ended, async (brought) => {
    if (ended.aborted) return undefined;
    asks += 1;
    const answer = Promise.withResolvers<BroughtAnswer | undefined>();
    const giveUp = (): void => answer.resolve(undefined);
    const ask = asks;
    answers.set(ask, answer.resolve);
    ended.addEventListener("abort", giveUp, { once: true });
    say({ type: "files", ask, brought });
    try {
      return await answer.promise;
    } finally {
      answers.delete(ask);
      ended.removeEventListener("abort", giveUp);
    }
  });
  /** Waits for a while; what comes after that comes later, or is told then. */
  const bounded = async (what: string, work: () => Promise<LeftFile[]>): Promise<void> => {
    if (ended.aborted) return;
    const enough = new AbortController();
    const late = pause(waitMs, AbortSignal.any([ended, enough.signal]));
    const done = work().then(tell, (error: unknown) => tell([{ name: "", why: `${what}: ${messageOf(error)}` }]));
    const first = await Promise.race([done.then(() => "done" as const), late.then(() => "late" as const)]);
    enough.abort();
    if (first === "late")
      tell([{ name: "", why: `${what}: it takes longer than ${showDuration(waitMs)}, and is not waited for` }]);
  };
  const bring = (): Promise<void> =>
    bounded("what is new there could not be brought, and is tried again at the next turn", () => shelf.bring(own));

  /** The path of a file that is to be shown, as the host will have it. */
  const shownPath = async (path: string): Promise<string> => {
    const asked = resolve(cwd, path);
    const [real, folder, workspace] = [asked, shelf.folder, cwd].map(realPath);
    if (real === undefined || folder === undefined || workspace === undefined) return path;
    if (isWithin(real, folder)) {
      await bring();
      return join(shelf.folder, relative(folder, real));
    }
    // A path that both have. What lies nowhere that may be shown is left to the host to refuse.
    if (cwd === opening.cwd && isWithin(real, workspace)) return path;
    if (![workspace, realPath("/tmp")].some((place) => isWithin(real, place))) return path;
    const copy = await copyShown(real, shelf.folder, opening.session);
    await bring();
    return copy;
  };

  return {
    attach(given) {
      say = given;
    },
    async fetch(given) {
      cwd = given;
      await bounded("the files of the run's folder could not be fetched", async () => {
        await shelf.begin(opening.session);
        return shelf.fetch(own);
      });
    },
    bring,
    async shown(call) {
      if (call.tool !== surfaceTool) return call;
      const read = surfaceWishSchema.safeParse(call.input);
      return read.success ? { ...call, input: await this.wish(read.data) } : call;
    },
    async wish(wish) {
      if (wish.kind !== "file") return wish;
      try {
        return { ...wish, path: await shownPath(wish.path) };
      } catch {
        // The same name on the host may be another file: it is shown none.
        return { ...wish, path: join(shelf.folder, "surfaced", "not-there") };
      }
    },
    taken: (ask, answer) => answers.get(ask)?.(answer),
    close() {
      if (ending.signal.aborted) return;
      ending.abort();
      onClose();
    },
  };
}
