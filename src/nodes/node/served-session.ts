import { Fault, messageOf } from "../../base/fault.ts";
import type { AgentSession, SessionOwner } from "../../drivers/agent.ts";
import type { SurfaceAnswer, SurfaceWish } from "../../protocol/surfaced.ts";
import type { Judgement, ToolCall, Verdict } from "../../protocol/verdict.ts";
import type { Bidding, Saying } from "../wire/letters.ts";

export interface ServedParts {
  /** Opens the agent's session for this owner. */
  open: (owner: SessionOwner) => Promise<AgentSession>;
  /** Tells the host, once and in order. */
  say: (saying: Saying) => void;
  /** What the brake of this machine thinks of a call, by the host's policy. It denies where it has no fresh one. */
  judge: (call: ToolCall) => Judgement;
  /** Aborts when the host may have given this conversation away: from then on nothing runs that has not begun. */
  over: AbortSignal;
}

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
export function serveSession({ open, say, judge, over }: ServedParts): ServedSession {
  const verdicts = new Map<number, (verdict: Verdict) => void>();
  const shown = new Map<number, (answer: SurfaceAnswer) => void>();
  const ended = Promise.withResolvers<void>();
  /** Biddings that are being carried out. */
  const works = new Set<Promise<void>>();
  let asks = 0;
  let passed = 0;
  let told = "";

  const gate = async (call: ToolCall): Promise<Verdict> => {
    const judged = judge(call);
    asks += 1;
    const ask = asks;
    // Asked of one that the host has given away, it would only be refused.
    if (over.aborted) return leaseOver;
    say({ type: "asks", ask, call, judged });
    if (judged.decision === "deny") return { decision: "deny", rule: judged.rule, reason: judged.reason };
    return answered(verdicts, ask, leaseOver, over);
  };
  const surface = async (wish: SurfaceWish, call: string | null): Promise<SurfaceAnswer> => {
    asks += 1;
    const ask = asks;
    if (over.aborted) return { ok: false, reason: leaseOver.reason };
    say({ type: "surfaces", ask, wish, call });
    return answered(shown, ask, { ok: false, reason: leaseOver.reason }, over);
  };
  const tellUnread = (session: AgentSession): void => {
    const now = `${passed} ${session.unread}`;
    if (now === told) return;
    told = now;
    say({ type: "unread", passed, count: session.unread });
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
      say({ type: "not_opened", reason: messageOf(error) });
      return ended.resolve();
    }
    say({ type: "opened", pid: session.pid, command: session.command });
    for await (const event of session.events) {
      tellUnread(session);
      say({ type: "did", event });
    }
    const exit = await session.closed;
    // What it was bidden before comes first, such as the report of its stop.
    await Promise.all(works);
    say({ type: "exited", exit });
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

  return {
    carryOut(n, bidding) {
      switch (bidding.type) {
        case "verdict":
          return settle(verdicts, bidding.ask, bidding.verdict);
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
          return carriedOut(n, (session) => session.stop(bidding.how));
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
      try {
        return await (await opening).stop("hard");
      } catch {
        // It was never there: nothing is left of it.
        return { proven: true };
      }
    },
  };
}

const notThere = (): Fault =>
  new Fault("agent", "agent.gone", "it could not be opened", { hint: "Look why, and start another one." });

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
