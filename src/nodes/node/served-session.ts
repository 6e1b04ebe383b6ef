import { systemClock, type Clock } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import type { AgentSession, SessionOwner } from "../../drivers/agent.ts";
import type { Found } from "../../engine/gate/found.ts";
import type { SurfaceAnswer, SurfaceWish } from "../../protocol/surfaced.ts";
import type { ToolCall, Verdict } from "../../protocol/verdict.ts";
import { crossable } from "../wire/found.ts";
import type { Bidding, Saying } from "../wire/letters.ts";
import { sameNames, type PlaceNames } from "../wire/place-names.ts";
import type { Brought } from "../wire/space.ts";
import type { Finder } from "./finding.ts";
import type { SessionFiles } from "./session-files.ts";
import { tellingOrder } from "./telling-order.ts";

export interface ServedParts {
  /** Opens the agent's session for this owner. */
  open: (owner: SessionOwner) => Promise<AgentSession>;
  /** Tells the host, once and in order. */
  say: (saying: Saying) => void;
  /** What this machine finds out about a call, and its brake thinks of it. It denies where it has no fresh policy. */
  find: Finder;
  /** Aborts when the host may have given this conversation away: from then on nothing runs that has not begun. */
  over: AbortSignal;
  /** Whether anything may run now: asked at the last moment, as this process may have stood still for longer than it knows. */
  mayAct: () => boolean;
  /** What its paths are called on the wire; left out: as they are. */
  names?: () => PlaceNames;
  /** Of one that works in a copy of the workspace: see the biddings of these names. */
  copy?: { bring: () => Promise<Brought>; drop: () => void };
  /** The files of its run's folder; left out: they do not travel. */
  files?: SessionFiles | undefined;
  clock?: Clock;
}

/** A sign of life that comes so soon after another word is none that the host needs, milliseconds. */
const aliveMs = 1000;

/** A session that works for a host elsewhere. */
export interface ServedSession {
  /** Carries out what the host has bidden, by its number; the host hears what came of it. */
  carryOut(n: number, bidding: Bidding): void;
  /** Settles when its agent is gone, and the host has been told. */
  readonly closed: Promise<void>;
  /** Ends it without the host: its lease is over, or the node stops. Resolves when that is proven, or cannot be. */
  stop(): Promise<{ proven: boolean }>;
}

/** Opens a session of an agent and serves it to its host. What goes wrong while it opens is told as any end. */
export function serveSession(parts: ServedParts): ServedSession {
  const { open, find, over, mayAct, names = () => sameNames, copy, files, clock = systemClock } = parts;
  files?.attach(parts.say);
  const verdicts = new Map<number, (verdict: Verdict | Again) => void>();
  const shown = new Map<number, (answer: SurfaceAnswer) => void>();
  const ended = Promise.withResolvers<void>();
  /** Biddings that are being carried out. */
  const works = new Set<Promise<void>>();
  let asks = 0;
  let passed = 0;
  let told = "";
  const inOrder = tellingOrder();

  const say = (saying: Saying): void => {
    // The transcript is what the agent has written, as it stands here.
    parts.say(saying.type === "transcript" ? saying : names().outward(saying));
  };
  const gate = async (call: ToolCall): Promise<Verdict> => {
    let version: string | undefined;
    for (let left = mostJudgings; ; left -= 1) {
      const looked = await find(call, version);
      const found = left > 0 || looked.found.judged.decision === "deny" ? crossable(looked.found, call) : unsettled;
      asks += 1;
      const ask = asks;
      const { decision, rule, reason } = found.judged;
      const told = decision === "deny" ? call : ((await files?.shown(call)) ?? call);
      // What it has used for this call counts before it is judged.
      await inOrder.toldBefore(over);
      // Asked of one that the host has given away, it would only be refused.
      if (over.aborted || !mayAct()) return leaseOver;
      say({ type: "asks", ask, call: told, found, policy: looked.policy });
      // Also of a call that is denied here: a construct that is paused, or has come to a bound, waits at each of its calls.
      const verdict = await answered<Verdict | Again>(verdicts, ask, leaseOver, over);
      if (decision === "deny") return { decision, rule, reason };
      if (!("again" in verdict))
        // An answer may have lain here while the process stood still, and the work was given away.
        return verdict.decision === "allow" && !mayAct() ? leaseOver : verdict;
      version = verdict.again;
    }
  };
  const surface = async (wish: SurfaceWish, call: string | null): Promise<SurfaceAnswer> => {
    asks += 1;
    const ask = asks;
    const told = (await files?.wish(wish)) ?? wish;
    if (over.aborted) return { ok: false, reason: leaseOver.reason };
    say({ type: "surfaces", ask, wish: told, call });
    return answered(shown, ask, { ok: false, reason: leaseOver.reason }, over);
  };
  /** As it is now, told behind what its agent has done before: it may be why the end of a turn is not the end of the work. */
  const tellUnread = (session: AgentSession): void => {
    const saying = { type: "unread", passed, count: session.unread } as const;
    const now = `${passed} ${session.unread}`;
    if (now === told) return;
    told = now;
    inOrder.tell(async () => say(saying));
  };
  const opening = open({ gate, surface, transcript: (line) => say({ type: "transcript", line }) });
  // All that is bidden goes through this one, so that it stays in its order. One that was never there has been told of.
  const up = opening.catch(() => undefined);
  const onceOpen = (work: (session: AgentSession) => void): void =>
    void up.then((session) => (session === undefined ? undefined : work(session)));
  const serving = serve();

  async function serve(): Promise<void> {
    let session: AgentSession;
    try {
      session = await opening;
    } catch (error) {
      say({ type: "not_opened", reason: messageOf(error), code: lackOf(error) });
      return ended.resolve();
    }
    say({ type: "opened", pid: session.pid, command: session.command });
    let toldAt = -Infinity;
    for await (const event of session.events) {
      tellUnread(session);
      const now = clock.monotonic();
      // A model that writes gives one with each word.
      if (event.type === "alive" && now - toldAt < aliveMs) continue;
      toldAt = now;
      inOrder.tell(async () => {
        // Who hears of its end looks at what it has written.
        if (event.type === "turn.ended") await files?.bring();
        say({ type: "did", event });
      });
    }
    await inOrder.toldAll();
    const exit = await session.closed;
    // What it was bidden before comes first, such as the report of its stop.
    await Promise.all(works);
    await files?.bring();
    // What ended it was not its own.
    say({ type: "exited", exit: over.aborted ? { how: "lost", reason: wordsOf(over), stderr: exit.stderr } : exit });
    ended.resolve();
  }

  const carriedOut = (bidding: number, work: (session: AgentSession) => Promise<unknown>): void => {
    const done = up.then((session) => (session === undefined ? Promise.reject(notThere()) : work(session)));
    const told = done.then(
      (result) => say({ type: "carried_out", bidding, problem: null, result: result ?? null }),
      (error: unknown) => say({ type: "carried_out", bidding, problem: messageOf(error), result: null }),
    );
    works.add(told);
    void told.then(() => works.delete(told));
  };

  void ended.promise.then(() => files?.close());

  return {
    carryOut(n, bidden) {
      const bidding = names().inward(bidden);
      switch (bidding.type) {
        case "verdict":
          return settle(verdicts, bidding.ask, bidding.verdict);
        case "judge_again":
          return settle(verdicts, bidding.ask, { again: bidding.policy });
        case "surfaced":
          return settle(shown, bidding.ask, bidding.answer);
        case "send":
          return onceOpen((session) => {
            passed += 1;
            session.send(bidding.text);
            tellUnread(session);
          });
        case "end":
          return onceOpen((session) => session.end());
        case "answers":
          return carriedOut(n, (session) => session.answers());
        case "aim":
          return carriedOut(n, (session) => session.aim(bidding.caliber, { fast: bidding.fast }));
        case "interrupt":
          return carriedOut(n, (session) => session.interrupt());
        case "stop":
          return carriedOut(n, async (session) => {
            const report = await session.stop(bidding.how);
            await files?.bring();
            return report;
          });
        case "bring":
          return carriedOut(n, () => copy?.bring() ?? Promise.reject(noCopy()));
        case "drop":
          return copy?.drop();
        case "files_taken":
          return files?.taken(bidding.ask, bidding.answer);
        case "freeze":
          return carriedOut(n, (session) => session.freeze());
        case "thaw":
          return carriedOut(n, (session) => session.thaw());
        default:
          return bidding satisfies never;
      }
    },
    closed: serving.then(() => ended.promise),
    async stop() {
      // Nobody takes anything of it any more.
      files?.close();
      try {
        return await (await opening).stop("hard");
      } catch {
        // It was never there: nothing is left of it.
        return { proven: true };
      }
    },
  };
}

/** What was refused, or cannot be set up, is so on this machine. */
const lackOf = (error: unknown): string | null =>
  error instanceof Fault && (error.kind === "refused" || error.kind === "setup") ? error.code : null;

const notThere = (): Fault =>
  new Fault("agent", "agent.gone", "it could not be opened", { hint: "Look why, and start another one." });

const noCopy = (): Fault =>
  new Fault("refused", "node.no_copy", "it works in a folder that the host has, too", { hint: "Look there." });

const wordsOf = ({ reason }: AbortSignal): string => (typeof reason === "string" ? reason : "its node has ended it");

/** The host wants a call to be judged by the policy of this version. */
interface Again {
  again: string;
}

/** So often is a call judged by a policy that the host has then changed; after that it is denied. */
const mostJudgings = 5;

/** Of a call whose policy changes faster than it can be judged. The host is told, as it is of every deny. */
const unsettled: Found = {
  judged: {
    decision: "deny",
    rule: "node.policy_unsettled",
    reason: "The policy of the deck has changed again and again while this call was judged. Try it once more.",
    effects: [],
  },
  targets: [],
  diff: null,
  isCutOff: false,
};

/** What the agent is told when nobody may allow its calls any more. */
const leaseOver: Verdict = {
  decision: "deny",
  rule: "node.lease_over",
  reason: "The link to the deck has been gone for too long, so nothing more runs here.",
};

/** Waits for the host's answer, or until there will be none. */
function answered<T>(waiting: Map<number, (answer: T) => void>, ask: number, none: T, over: AbortSignal): Promise<T> {
  const { promise, resolve } = Promise.withResolvers<T>();
  const done = (answer: T): void => {
    waiting.delete(ask);
    over.removeEventListener("abort", giveUp);
    resolve(answer);
  };
  const giveUp = (): void => done(none);
  waiting.set(ask, done);
  over.addEventListener("abort", giveUp, { once: true });
  return promise;
}

function settle<T>(waiting: Map<number, (answer: T) => void>, ask: number, answer: T): void {
  waiting.get(ask)?.(answer);
}
