import { z } from "zod";
import { systemClock, type Clock } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import type {
  AgentEvent,
  AgentExit,
  AgentSession,
  SessionOwner,
  StopReport,
  WorkspaceCopy,
} from "../../drivers/agent.ts";
import type { Packed, Returned } from "../../protocol/workspace.ts";
import type { Caliber } from "../../protocol/caliber.ts";
import type { Numbered } from "../numbered.ts";
import type { Bidding, Saying } from "../wire/letters.ts";
import { heardEvents } from "./heard-events.ts";
import { judging } from "./judging.ts";
import type { TakeFiles } from "./run-files.ts";
import { agentGone, notOpened, placeGone, refusedThere } from "./session-faults.ts";

/** Why nothing more comes of a conversation: its node was given up, or nothing more is wanted of it. */
export interface Lost {
  why: string;
  isGivenUp: boolean;
}

/** The host's side of the conversation with a session on a node. */
export interface SessionLine {
  /** Bids the session something, once and in order. Gives the number of the bidding. */
  bid(bidding: Bidding): number;
  /** What the session says, each once and in order. Ends when the node was given up, which `lost` tells. */
  readonly sayings: AsyncIterable<Numbered<Saying>>;
  /** This one has been dealt with, and what was to be recorded of it is: the node may forget it, once that is on disk. */
  took(n: number): void;
  /** Why nothing will come any more. */
  readonly lost: Promise<Lost>;
  /**
   * Hears of what the agent had done before it was ended, each once and in order, that comes only after its node was given up. None of it
   * counts but what it has used.
   */
  onLate(listener: (event: AgentEvent) => void): void;
  /** Of one that was lost: whether it is proven that nothing of it is left. It may take as long as a node is waited for. */
  isGone(): Promise<boolean>;
  /** Nothing more is wanted of it: its node may forget it. */
  end(): void;
}

export interface RemoteSessionParts {
  /** See `AgentSession.token`. */
  token: string;
  /** The version of the policy that is in force now. What it cannot tell is a deny. */
  policy: () => string;
  /** The name of its node. */
  place?: string;
  /** Of one that works in a copy of the workspace. */
  copy?: GivenCopy;
  clock?: Clock;
  /** Takes files of the run's folder that the node brings; left out: nobody does. */
  files?: TakeFiles;
}

/** A copy of the workspace as it was given to a session. */
export interface GivenCopy {
  packed: Packed;
  /** Its agent has said by which id its session can be taken up. */
  heard: (agentSession: string) => void;
  /**
   * Takes what is new in it. Never rejects.
   * @param ask has its node put that into the store; rejects when it cannot
   */
  take(how: Parameters<WorkspaceCopy["bringBack"]>[0], ask: () => Promise<unknown>): Promise<Returned>;
}

/** So long does a conversation wait for somebody who wants the work back, after its agent is gone, milliseconds. */
const unwantedMs = 10_000;

/** What the node has told of its agent when it was up. */
type Opened = Saying & { type: "opened" };

/**
 * A session on a node, as a driver would give it: whoever has it does not know where its agent is. Resolves once the agent's process
 * is there; rejects when the node could not start it, or was given up before.
 */
export async function remoteSession(
  line: SessionLine,
  first: SessionOwner,
  { token, policy, place, copy, files = noFiles, clock = systemClock }: RemoteSessionParts,
): Promise<AgentSession> {
  const opening = Promise.withResolvers<Opened>();
  const over = Promise.withResolvers<AgentExit>();
  const gone = new AbortController();
  const did = heardEvents((n) => line.took(n));
  const answers = new Map<number, PromiseWithResolvers<unknown>>();
  let owner = first;
  let lost: string | undefined;
  let givenUp: string | undefined;
  /** The report after which nothing is left of it. */
  let last: StopReport | undefined;
  let sent = 0;
  let told = { passed: 0, count: 0 };
  let bringing: Promise<Returned> | undefined;

  /** Its agent is gone; its node still answers, such as whether anything is left of it. */
  const end = (exit: AgentExit): void => {
    gone.abort();
    did.close();
    opening.reject(notOpened(exit));
    over.resolve(exit);
  };
  const lose = ({ why, isGivenUp }: Lost): void => {
    lost = why;
    if (isGivenUp) givenUp = why;
    end({ how: "lost", reason: why, stderr: "" });
    for (const answer of answers.values()) answer.reject(agentGone(why));
    answers.clear();
  };
  /** Bids something of which the session tells what came of it. */
  const ask = (bidding: Bidding): Promise<unknown> => {
    if (lost !== undefined) return Promise.reject(agentGone(lost));
    const answer = Promise.withResolvers<unknown>();
    answers.set(line.bid(bidding), answer);
    return answer.promise;
  };
  const judge = judging({
    gate: (call) => owner.gate(call),
    policy,
    bid: (bidding) => void (lost === undefined && line.bid(bidding)),
  });
  const show = async ({ ask: number, wish, call }: Saying & { type: "surfaces" }): Promise<void> => {
    const answer = await (owner.surface?.(wish, call) ?? Promise.resolve(cannotSurface)).catch((error: unknown) => ({
      ok: false,
      reason: messageOf(error),
    }));
    if (lost === undefined) line.bid({ type: "surfaced", ask: number, answer });
  };
  const takeFiles = async ({ ask: number, brought }: Saying & { type: "files" }): Promise<void> => {
    const answer = await files(brought, () => lost !== undefined);
    if (lost === undefined && answer.length > 0) line.bid({ type: "files_taken", ask: number, answer });
  };
  const hear = (n: number, saying: Saying): void => {
    // What its agent did is dealt with when somebody has read it.
    if (saying.type !== "did") line.took(n);
    switch (saying.type) {
      case "opened":
        return opening.resolve(saying);
      case "not_opened":
        if (saying.code !== null) opening.reject(refusedThere(place ?? "the node", saying.code, saying.reason));
        return end({ how: "broken", reason: saying.reason, stderr: "" });
      case "did":
        if (saying.event.type === "ready") copy?.heard(saying.event.sessionId);
        return did.push({ n, body: saying.event });
      case "transcript":
        return owner.transcript?.(saying.line);
      case "asks":
        // What it has used before may be the last that its bounds allow.
        return did.afterAll(() => void judge(saying));
      case "surfaces":
        return void show(saying);
      case "unread":
        told = { passed: saying.passed, count: saying.count };
        return;
      case "carried_out": {
        const answer = answers.get(saying.bidding);
        answers.delete(saying.bidding);
        if (saying.problem === null) answer?.resolve(saying.result);
        else answer?.reject(new Fault("agent", "agent.refused", saying.problem, { hint: "Look at its last events." }));
        return;
      }
      case "files":
        return void takeFiles(saying);
      case "exited":
        return end(saying.exit);
      default:
        return saying satisfies never;
    }
  };
  const bringBack = async (given: GivenCopy, how: Parameters<WorkspaceCopy["bringBack"]>[0]): Promise<Returned> => {
    const bring = (): Promise<unknown> =>
      ask({ type: "bring" }).catch((error: unknown) => {
        throw lost === undefined ? error : placeGone(lost);
      });
    const returned = await given.take(how, bring);
    if (how.isOver && (returned.how === "branch" || returned.how === "nothing") && lost === undefined)
      line.bid({ type: "drop" });
    // What is not proven to be gone may still have to be stopped.
    if (last !== undefined) line.end();
    return returned;
  };
  line.onLate((event) => owner.usedLate?.(event));
  void listen(line, hear, lose);
  const { pid, command } = await opening.promise;

  return {
    pid,
    command,
    token,
    ...(place === undefined ? {} : { place }),
    ...(copy === undefined
      ? {}
      : {
          copy: {
            packed: copy.packed,
            bringBack: (how) => (bringing ??= bringBack(copy, how)),
            get lost() {
              return givenUp;
            },
          },
        }),
    events: did,
    get unread() {
      return told.count + Math.max(0, sent - told.passed);
    },
    async answers() {
      await ask({ type: "answers" });
    },
    handTo(next) {
      owner = next;
    },
    async aim(caliber: Caliber, { fast } = { fast: false }) {
      await ask({ type: "aim", caliber, fast });
    },
    send(text) {
      if (gone.signal.aborted) return;
      sent += 1;
      line.bid({ type: "send", text });
    },
    end() {
      if (!gone.signal.aborted) line.bid({ type: "end" });
    },
    async interrupt() {
      await ask({ type: "interrupt" });
    },
    async stop(how) {
      if (last !== undefined) return last;
      const report = await ask({ type: "stop", how })
        .then((answer) => stopReportSchema.parse(answer))
        // Another stop may have come to its end meanwhile.
        .catch(async () => last ?? (lost !== undefined && (await line.isGone()) ? nothingLeft : unproven()));
      if (report.proven && gone.signal.aborted) {
        last = report;
        if (copy === undefined) line.end();
        else
          clock.after(unwantedMs, () => {
            if (bringing === undefined) line.end();
          });
      }
      return report;
    },
    freeze: () => ask({ type: "freeze" }).then((isProven) => z.boolean().parse(isProven)),
    async thaw() {
      await ask({ type: "thaw" });
    },
    signal: gone.signal,
    closed: over.promise,
  };
}

async function listen(
  line: SessionLine,
  hear: (n: number, saying: Saying) => void,
  lose: (lost: Lost) => void,
): Promise<void> {
  for await (const { n, body } of line.sayings) hear(n, body);
  lose(await line.lost);
}

const stopReportSchema = z.object({ proven: z.boolean(), survivors: z.array(z.int()) });

/** Its node has looked when it began anew. */
const nothingLeft: StopReport = { proven: true, survivors: [] };

/** Of a node that nobody hears, nothing is known; that it ends by itself when its lease is over is no proof. */
const unproven = (): StopReport => ({ proven: false, survivors: [] });

const noFiles: TakeFiles = ({ files }) =>
  Promise.resolve(files.map(() => ({ why: "files do not travel here", isAgain: false })));

const cannotSurface = { ok: false, reason: "nothing can be shown here" };
