import type { AgentExit, AgentSession } from "../../drivers/agent.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import type { Returned } from "../../protocol/workspace.ts";
import type { Beginning } from "./beginning.ts";
import { suspendedCause } from "./machine.ts";
import { outcomeOf, type SpawnSpec } from "./outcome-of.ts";
import type { ConstructParts, TranscriptSink } from "./parts.ts";
import { suspendedOf, type Cut } from "./suspending.ts";
import type { ConstructWorks } from "./works.ts";
import { filesOf } from "./bringing-back.ts";
import { handedOver } from "./yielding.ts";

/** When a construct began this stretch of its life, by both clocks, milliseconds. */
export interface Begun {
  wall: number;
  monotonic: number;
}

/** What is known of a construct whose process is gone, or another one's. */
export interface Remains {
  spec: SpawnSpec;
  parts: ConstructParts;
  works: ConstructWorks;
  before: Beginning["before"];
  cause: string;
  /** What it was at when its end began. */
  cut: Cut;
  /** Undefined: it never started. */
  begun: Begun | undefined;
  session: AgentSession | undefined;
  exit: AgentExit | null;
  /** What came back of its copy of the workspace; undefined: it had none. */
  returned: Returned | undefined;
  transcript: TranscriptSink | undefined;
}

/**
 * Puts the last of a construct on record: how it ended, or what it was at when it was suspended.
 * @returns its outcome; undefined when it is suspended
 */
export async function writeLastRecord(remains: Remains): Promise<Outcome | undefined> {
  const { spec, works, cause, session, exit, transcript } = remains;
  const unread = works.mail.unread(session);
  const heard = works.mail.heard(session);
  const times = timesOf(remains);
  if (cause === suspendedCause) {
    await transcript?.close();
    const { tally, tripwires, deaths } = works;
    const own = { tally, tripwires: tripwires.fired, workedMs: works.times.worked(), deaths: deaths.counted };
    const record = suspendedOf({ ...own, ...remains.cut, ...times, unread, heard });
    works.note("construct.suspended", { construct: spec.id, ...record });
    return undefined;
  }
  // Its successor has the session, and reads them.
  if (exit !== handedOver)
    for (const letter of unread) works.note("construct.unread", { construct: spec.id, ...letter });
  await transcript?.close();
  const outcome = await outcomeFrom(remains, times);
  works.note("construct.ended", { construct: spec.id, outcome });
  return outcome;
}

/** Since when and for how long, over all stretches of its life. */
function timesOf({ before, begun, parts }: Remains): { startedAt: number | null; durationMs: number } {
  const now = begun === undefined ? 0 : parts.clock.monotonic() - begun.monotonic;
  return {
    startedAt: before?.suspended.started_at ?? begun?.wall ?? null,
    durationMs: (before?.suspended.duration_ms ?? 0) + now,
  };
}

async function outcomeFrom(
  { spec, parts, works, cause, exit, returned, transcript }: Remains,
  times: ReturnType<typeof timesOf>,
): Promise<Outcome> {
  const { tally, meter, tripwires } = works;
  const { files, missing } = await filesOf(tally.written, parts, returned ?? null);
  return outcomeOf({
    spec,
    cause,
    profile: parts.outfits.of(spec).profile.name,
    tally,
    spent: meter.total,
    exit,
    ...times,
    files,
    missing,
    workspace: returned ?? null,
    tripwires: tripwires.fired,
    transcript: transcript?.path ?? null,
  });
}
