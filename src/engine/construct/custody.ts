import type { AgentSession } from "../../drivers/agent.ts";
import type { Clock } from "../../base/clock.ts";
import { mutex } from "../../base/mutex.ts";
import type { AttentionEnd, AttentionItem } from "../../protocol/attention.ts";
import { raiseAttention, type Attention } from "../attention.ts";
import { newStanding, type Standing } from "../gate/standing.ts";
import type { Note } from "../journal.ts";

export interface CustodyParts {
  construct: string;
  clock: Clock;
  note: (source: string) => Note;
  /** The agent process, once it is up; undefined when it did not come up. */
  session: () => Promise<AgentSession | undefined>;
  /** How long the netrunner has for a suspicion, milliseconds; 0: no time; null: as long as it takes. */
  windowMs: () => number | null;
  /** Ends the construct at once. */
  kill: (cause: string) => void;
  /** The construct begins or ceases to wait for the netrunner. */
  onWait: (isWaiting: boolean) => void;
}

/** What one construct is kept from: its standing at the gate, the processes behind it, and the record of both. */
export interface Custody {
  readonly standing: Standing;
  /** Halts it, in the netrunner's name. Resolves when it is on the record and, if it is frozen, its processes are stopped. */
  pause(how: "paused" | "frozen", why: string): Promise<void>;
  /** Lets it go on, which also answers a suspicion. */
  release(): Promise<void>;
  /** A call of it has run that was not allowed: it is frozen, and the netrunner decides. */
  suspect(call: { call: string; tool: string }): Promise<void>;
  /** A call of it has run that was not allowed, and the netrunner has not decided yet. */
  readonly isSuspected: boolean;
  /** Resolves when there is no suspicion, or no more. */
  cleared(): Promise<void>;
  /** Lets its processes run again, where they were stopped, though its calls stay barred: its session is to live on. */
  thaw(): Promise<void>;
  /** Its end has begun, for good. */
  end(cause: string): void;
}

/** One custody for each construct; nothing else halts it. */
export function custodyOf(parts: CustodyParts): Custody {
  const { construct } = parts;
  const standing = newStanding();
  /** Signals to the same processes go out in the order of the wishes. */
  const inTurn = mutex();
  let suspicion: Suspicion | undefined;
  /** Its processes have been told to stop. */
  let isStopped = false;

  const clear = (how: AttentionEnd): void => {
    suspicion?.window.abort();
    suspicion?.item.close(how);
    suspicion?.cleared.resolve();
    suspicion = undefined;
  };

  const change = (to: () => boolean): boolean => {
    const wasHalted = standing.isHalted;
    const isNew = to();
    if (standing.isHalted !== wasHalted) parts.onWait(standing.isHalted);
    return isNew;
  };

  /** The gate is shut already; now the processes, then the record: what it says is so by then. */
  const halt = (how: "paused" | "frozen", why: string, source: string): Promise<void> =>
    inTurn(async () => {
      const session = how === "frozen" ? await parts.session() : undefined;
      isStopped ||= session !== undefined;
      const isStill = session === undefined || (await session.freeze());
      if (!standing.isHalted) return;
      parts.note(source)("construct.paused", { construct, how, why });
      if (!isStill) parts.note("engine")("deck.warned", { code: "freeze.unproven", message: notStill(construct) });
    });

  const goOn = async (): Promise<void> => {
    if (isStopped) await (await parts.session())?.thaw();
    isStopped = false;
  };

  return {
    standing,
    async pause(how, why) {
      if (change(how === "frozen" ? standing.freeze : standing.pause)) await halt(how, why, "netrunner");
    },
    release: () =>
      inTurn(async () => {
        if (!standing.isHalted) return;
        clear("continued");
        // On the record first: nothing of it may act before.
        parts.note("netrunner")("construct.continued", { construct });
        change(standing.open);
        await goOn();
      }),
    async suspect(call) {
      parts.note("engine")("gate.bypassed", { construct, ...call });
      if (standing.state === "ending" || suspicion !== undefined) return;
      const windowMs = parts.windowMs();
      if (windowMs === 0) return parts.kill(bypassed);
      const isNew = change(standing.freeze);
      const window = new AbortController();
      const item = raiseAttention(parts.note("engine"), about(construct, call.tool));
      suspicion = { item, window, cleared: Promise.withResolvers() };
      if (windowMs !== null) parts.clock.after(windowMs, () => parts.kill(bypassed), window.signal);
      if (isNew) await halt("frozen", `${call.tool} ran although it was not allowed`, "engine");
    },
    get isSuspected() {
      return suspicion !== undefined;
    },
    cleared: () => suspicion?.cleared.promise ?? Promise.resolve(),
    thaw: () => inTurn(goOn),
    end(cause) {
      change(standing.end);
      clear(cause === bypassed ? "expired" : cause.startsWith("netrunner") ? "killed" : "ended");
    },
  };
}

interface Suspicion {
  item: Attention;
  /** Ends the wait for the netrunner's answer. */
  window: AbortController;
  cleared: PromiseWithResolvers<void>;
}

/** The cause of the end of a construct whose agent does not keep to the gate. */
export const bypassed = "gate:bypassed";

const about = (construct: string, tool: string): Omit<AttentionItem, "item"> => ({
  construct,
  kind: "gate.bypassed",
  text: `${construct} has run ${tool} although the gate had not allowed it. It is frozen.`,
  next: "Look at its transcript. Kill it, or let it go on if you know why this has happened.",
});

const notStill = (construct: string): string =>
  `Not everything that ${construct} has started could be frozen. Its calls are denied all the same; kill it if that is not enough.`;
