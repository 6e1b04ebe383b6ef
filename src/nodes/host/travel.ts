import { randomBytes } from "node:crypto";
import { mkdir, readdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { pause, systemClock, type Clock } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { showDuration } from "../../base/units.ts";
import { sessionGoneCode, type SessionSpec } from "../../drivers/agent.ts";
import type { Packed, Returned } from "../../protocol/workspace.ts";
import type { Things } from "../hub/hub.ts";
import { broughtSchema, type Brought, type Space } from "../wire/space.ts";
import type { GitTools } from "../workspace/git-environment.ts";
import type { SpaceManifest } from "../workspace/manifest.ts";
import { givenCopies, type GivenCopyNote } from "./given-copies.ts";
import { ownTime } from "./own-time.ts";
import { draftPattern, packingOf, type Pack } from "./packing.ts";
import type { GivenCopy } from "./remote-session.ts";
import { refusedAs, resultPattern, stillThere, takingBack } from "./taking-back.ts";

export interface TravelParts {
  /** The deck's own folder, of which nothing travels, and a folder in it. */
  deckHome: string;
  folder: string;
  things: Things;
  /** PATH, where git is found, and the netrunner's home, whose settings say what is ignored. */
  path: string;
  home: string;
  /** Hears of what does not keep anybody from working. */
  warn: (fault: Fault) => void;
  /** Aborts when nothing is packed or taken any more. */
  over: AbortSignal;
  clock?: Clock;
  /**
   * How long a result is waited for, without the time in which others have their turn, and how long one for whose end somebody waits, with
   * all of it; milliseconds.
   */
  bringMs?: number;
  hurriedMs?: number;
}

/** A copy of the workspace for one opening. */
export interface GivenSpace {
  space: Space;
  copy: GivenCopy;
  /** The opening is over. `isGood`: its session is open. */
  opened(isGood: boolean): void;
}

/** Copies of the workspace that go to nodes, and what comes back of them. */
export interface Travel {
  /** Rejects where the workspace cannot travel, or the session that is to go on had no copy. */
  give(spec: SessionSpec): Promise<GivenSpace>;
  close(): Promise<void>;
}

const usualBringMs = 180_000;
/** An eject gives its constructs eight seconds. */
const usualHurriedMs = 5000;
const lastMs = 1000;
const closingMs = 2000;

/** How long a store that has no room is left alone, milliseconds. */
const againMs = 2000;

export async function openTravel(parts: TravelParts): Promise<Travel> {
  const { deckHome, folder, things, path, home, over, clock = systemClock } = parts;
  const { bringMs = usualBringMs, hurriedMs = usualHurriedMs } = parts;
  const temporary = join(folder, "git");
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await removeDrafts(folder);
  await rm(temporary, { recursive: true, force: true });
  await mkdir(temporary, { mode: 0o700 });
  const tools: GitTools = { path, temporary, home, signal: over };
  const warn = (error: unknown): void => parts.warn(notRemoved(error));
  const given = await givenCopies(folder, () => clock.now());
  const packing = packingOf({ folder, things, tools, deckHome, warn });
  const takeBack = takingBack({ folder, things, tools, warn });

  const copyFor = (spec: SessionSpec, note: GivenCopyNote, packed: Packed): GivenCopy => {
    let own = note;
    const keep = (next: GivenCopyNote): Promise<void> => {
      own = next;
      return given.keep(next).catch((error: unknown) => parts.warn(notNoted(error)));
    };
    return {
      packed,
      heard(agent) {
        if (!own.agents.includes(agent)) void keep({ ...own, agents: [...own.agents, agent].slice(-mostAgents) });
      },
      async take({ construct, isOver, hurry }, ask) {
        const isHurried = hurry?.aborted === true;
        const late = new AbortController();
        let mostMs = isHurried ? hurriedMs : bringMs;
        const tooLate = Promise.withResolvers<Returned>();
        let trouble = "";
        const lost = (why: string): Returned => ({ how: "lost", why, hint: stillThere });
        const overdue = (): Returned => lost(`it took longer than ${showDuration(mostMs)}${trouble}`);
        using undo = new DisposableStack();
        const giveUp = (): void => {
          late.abort();
          // What has become a branch in the very last moment is told as one.
          undo.use(clock.after(lastMs, () => tooLate.resolve(overdue())));
        };
        const bound = undo.use(ownTime(clock, mostMs, giveUp));
        const hurryUp = (): void => {
          mostMs = hurriedMs;
          undo.use(clock.after(hurriedMs, giveUp));
        };
        hurry?.addEventListener("abort", hurryUp, { once: true });
        undo.defer(() => hurry?.removeEventListener("abort", hurryUp));
        const signal = AbortSignal.any([over, late.signal]);
        /** A text: why it is not in the store any more. */
        const taken = (brought: Exclude<Brought, { how: "not_stored" }>): Promise<Returned | string> =>
          takeBack({
            workspace: spec.cwd,
            construct,
            runFolder: spec.run?.folder,
            given: own,
            brought,
            signal,
            // Who hurries cannot wait for others either.
            ...(isHurried ? {} : { onWait: () => bound.standStill(), onTurn: () => bound.goOn() }),
          }).catch((error: unknown) => {
            if (error instanceof Fault && error.code === "hub.no_thing") return error.message;
            throw error;
          });
        const bring = async (): Promise<Returned> => {
          for (;;) {
            const brought = broughtSchema.safeParse(await ask());
            if (!brought.success) return refusedAs("its node tells of it in words that this host does not know");
            const { data } = brought;
            const why = data.how === "not_stored" ? data.why : await taken(data);
            if (typeof why !== "string") return why;
            trouble = `: ${why}`;
            await pause(againMs, signal);
            if (signal.aborted) return lost(why);
          }
        };
        const taking = bring()
          .catch((error: unknown) => lost(messageOf(error)))
          .then((returned) => (returned.how === "lost" && late.signal.aborted ? overdue() : returned));
        const returned = await Promise.race([taking, tooLate.promise]);
        if (returned.how === "branch")
          await keep({ ...own, last: { branch: returned.branch, commit: returned.commit }, at: clock.now() });
        if (isOver && (returned.how === "branch" || returned.how === "nothing")) await given.forget(own.session);
        return returned.how === "lost" && !isOver ? { ...returned, later: true } : returned;
      },
    };
  };
  const goOn = async (spec: SessionSpec, agent: string): Promise<GivenSpace> => {
    const note = given.byAgent(agent) ?? given.bySession(spec.id);
    if (note === undefined) throw noCopy();
    const { space: name, manifest } = note;
    const own = { ...note, session: spec.id, at: clock.now() };
    await given.keep(own);
    return {
      space: { name, thing: null, manifest },
      copy: copyFor(spec, own, packedOf(manifest, { goesOn: true, isEarlierResult: false })),
      opened: () => undefined,
    };
  };

  return {
    // What is left after that goes with its age.
    close: () => Promise.race([packing.close(), pause(closingMs)]),
    async give(spec) {
      if (spec.resume !== undefined) return goOn(spec, spec.resume);
      if (spec.isSpare === true) throw notForSpares();
      const before = given.bySession(spec.id);
      const { pack, last } = await packFor(packing, spec.cwd, before);
      const { thing, manifest } = pack;
      const name = `${spec.id.slice(0, 80)}-${randomBytes(4).toString("hex")}`;
      const note = { session: spec.id, space: name, manifest, agents: [], last, at: clock.now() };
      try {
        await given.keep(note);
      } catch (error) {
        pack.done(true);
        throw notNoted(error);
      }
      const packed = packedOf(manifest, { goesOn: false, isEarlierResult: note.last !== null });
      return {
        space: { name, thing, manifest },
        copy: copyFor(spec, note, packed),
        opened: (isGood) => pack.done(isGood),
      };
    },
  };
}

const mostAgents = 20;

/** What was brought back of an earlier try of the same session is what it goes on from. */
async function packFor(
  packing: ReturnType<typeof packingOf>,
  workspace: string,
  before: GivenCopyNote | undefined,
): Promise<{ pack: Pack; last: GivenCopyNote["last"] }> {
  const last = before?.last ?? null;
  if (before !== undefined && last !== null)
    try {
      return { pack: await packing.ofResult(workspace, before.manifest, last.commit), last };
    } catch (error) {
      // The netrunner may have removed that branch, and its commit may be gone.
      if (!(error instanceof Fault) || error.code !== "git.failed") throw error;
    }
  return { pack: await packing.ofWorkspace(workspace), last: null };
}

const packedOf = (
  manifest: SpaceManifest,
  { goesOn, isEarlierResult }: { goesOn: boolean; isEarlierResult: boolean },
): Packed => ({
  commit: manifest.commit,
  head: manifest.head,
  branch: manifest.branch,
  is_dirty: manifest.isDirty,
  is_earlier_result: isEarlierResult,
  goes_on: goesOn,
  bytes: manifest.bytes,
  left: manifest.left,
  submodules: manifest.submodules,
  filtered: manifest.filtered,
  links_outside: manifest.linksOutside,
  under_way: manifest.underWay,
});

/** What an earlier life was at when it ended. */
async function removeDrafts(folder: string): Promise<void> {
  for (const entry of await readdir(folder, { withFileTypes: true }))
    if (entry.isFile() && (draftPattern.test(entry.name) || resultPattern.test(entry.name)))
      await rm(join(folder, entry.name), { force: true });
}

const noCopy = (): Fault =>
  new Fault("agent", sessionGoneCode, "Nothing is known of the copy of the workspace in which it has worked.", {
    hint: "Its task begins anew.",
  });

const notForSpares = (): Fault =>
  new Fault("refused", "travel.spare", "what waits for a construct has no copy of the workspace yet", {
    hint: "This node starts agents when they are wanted.",
  });

const notNoted = (error: unknown): Fault =>
  new Fault("storage", "travel.not_noted", `a copy of the workspace could not be noted: ${messageOf(error)}`, {
    hint: "Look at the room on the disk of the home, and at its permissions.",
    cause: error,
  });

const notRemoved = (error: unknown): Fault =>
  new Fault("setup", "travel.not_removed", `what is not needed any more is still there: ${messageOf(error)}`, {
    hint: "The store of the hub drops it in three days.",
  });
