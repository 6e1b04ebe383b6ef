import type { AgentEvent, AgentSession, SessionOwner } from "../../drivers/agent.ts";
import { shortSurfaced } from "../../protocol/surfaced.ts";
import { ConstructTripwires } from "../gate/tripwires.ts";
import type { Note } from "../journal.ts";
import { Meter } from "../meter.ts";
import { noteServersDown } from "../plugins/servers-down.ts";
import { shellCalls, type ShellCalls } from "../plugins/shell-calls.ts";
import { surfacingOf } from "../surface/surfacing.ts";
import { agentDeaths, type AgentDeaths } from "./agent-death.ts";
import type { Beginning } from "./beginning.ts";
import { constructGate } from "./construct-gate.ts";
import { custodyOf, type Custody } from "./custody.ts";
import { newMail, type Mail } from "./mail.ts";
import { noteEvent } from "./note-event.ts";
import type { SpawnSpec } from "./outcome-of.ts";
import { parkingOf, type Parking } from "./parking.ts";
import type { ConstructParts } from "./parts.ts";
import { reconciliation } from "./reconciliation.ts";
import { watchedTimes } from "./stalling.ts";
import { openCalls, resumedTally, type OpenCalls } from "./suspending.ts";
import { count, type Tally } from "./tally.ts";
import { watchSilence, type Timekeeper } from "./time-limits.ts";
import { turnsAfter } from "./turns.ts";

/** What a construct is made of, beside its life. */
export interface ConstructWorks {
  note: Note;
  mail: Mail;
  tally: Tally;
  calls: OpenCalls;
  /** From which of its shell calls plugins are called. */
  shells: ShellCalls;
  tripwires: ConstructTripwires;
  meter: Meter;
  times: Timekeeper;
  custody: Custody;
  parking: Parking;
  deaths: AgentDeaths;
  /** Judges its calls, and takes what it shows the netrunner. */
  owner: SessionOwner;
  /** Looks at what its agent does. */
  watch(event: AgentEvent, session: AgentSession): void;
  /** Resolves when it may be told what to do: it may have been halted, or have come to a bound, before its agent was up. */
  mayWork(): Promise<void>;
  /** From now on its silence is a sign, too. */
  watchSilence(signal: AbortSignal): void;
}

/** What its parts want of the construct. */
export interface ConstructHooks {
  session: () => Promise<AgentSession | undefined>;
  stop: (cause: string, how?: "polite" | "hard") => void;
  /** Tells it something in the deck's name. */
  tell: (text: string) => void;
  /** It begins to wait, for the netrunner or for the account. */
  onHalt: () => void;
}

/** Builds and connects the parts of a construct; nothing starts by that. */
export function constructWorks(
  spec: SpawnSpec,
  parts: ConstructParts,
  beginning: Beginning,
  hooks: ConstructHooks,
): ConstructWorks {
  const { id: construct } = spec;
  const { clock } = parts;
  const { before } = beginning;
  const turns = turnsAfter(before?.turn ?? 0);
  const note = turns.on(parts.note(construct));
  const kill = (cause: string): void => hooks.stop(cause, "hard");
  const onWait = (isWaiting: boolean): void => {
    if (isWaiting) hooks.onHalt();
    times.wait(isWaiting);
  };
  const mail = newMail(beginning.told, before?.suspended.heard);
  const tally = resumedTally(before?.suspended);
  const calls = openCalls();
  const shells = shellCalls();
  const reconciled = reconciliation();
  const tripwires = new ConstructTripwires({
    construct,
    run: parts.tripwires,
    clock,
    note,
    kill,
    earlier: before?.suspended.tripwires ?? [],
  });
  const meter = new Meter({
    agent: construct,
    role: "construct",
    note,
    metering: parts.metering,
    ...(before === undefined ? {} : { earlier: before.spent }),
  });
  const times = watchedTimes({
    construct,
    limits: () => ({ ...parts.limits, time_limit_ms: parts.budget.timeLimitOf(construct) }),
    clock,
    note,
    workedMs: before?.suspended.worked_ms ?? 0,
    stop: hooks.stop,
    onTimeUp: () => parts.budget.timeUp(construct),
  });
  const { session, tell } = hooks;
  const custody = custodyOf({
    construct,
    clock,
    note: (source) => turns.on(parts.note(source)),
    session,
    windowMs: parts.windowMs,
    kill,
    onWait,
  });
  const parking = parkingOf({ construct, account: parts.account, mail, note, onWait });
  const deaths = agentDeaths({
    construct,
    account: parts.account,
    note,
    earlier: before?.suspended.deaths,
    isSuspected: () => custody.isSuspected,
  });
  const surfacing = surfacingOf({
    construct,
    places: parts,
    note,
    onSurfaced: (item) => tally.surfaced.push(shortSurfaced(item, 512)),
  });
  const gate = constructGate(spec, parts, {
    tripwires: tripwires.stage,
    settled: () => meter.settled(),
    onHalt: onWait,
    tell,
    surfacing: surfacing.stage,
    standing: custody.standing,
    note,
    turnOf: (call) => turns.of(call),
    onDenial: (denial) => tally.denials.push(denial),
    onJudged(call, decision) {
      reconciled.judged(call.id, decision);
      calls.judged(call.id, decision);
      if (decision === "allow") shells.allowed(call);
    },
    onHold: onWait,
    kill: () => hooks.stop("netrunner"),
  });
  return {
    note,
    mail,
    tally,
    calls,
    shells,
    tripwires,
    meter,
    times,
    custody,
    parking,
    deaths,
    owner: { gate, surface: surfacing.surface, usedLate: (event) => meter.see(event) },
    watch(event, from) {
      times.sign();
      const letters = mail.newlyRead(from);
      if (letters > 0) note("construct.read", { construct, letters });
      count(tally, event);
      meter.see(event);
      const beyond = event.type === "used" && event.isFinal ? parts.budget.overrun(construct) : undefined;
      if (beyond !== undefined) kill(`budget:${beyond}`);
      calls.see(event);
      shells.see(event);
      deaths.see(event);
      beginning.fast?.see(event);
      noteEvent(event, construct, note);
      noteServersDown(event, construct, tally.pluginsFailed, note);
      tripwires.see(event);
      const bypass = reconciled.see(event);
      if (bypass !== undefined) void custody.suspect(bypass);
      parking.see(event, from);
      turns.see(event);
    },
    async mayWork() {
      await custody.standing.readmit();
      await parts.budget.pass({ construct, ending: custody.standing.ending, onWait });
      await custody.standing.readmit();
    },
    watchSilence(signal) {
      const tellSilence = (ms: number): void => tripwires.silent(ms);
      watchSilence(parts.tripwires.silenceMs, clock, () => times.lastSign(), tellSilence, signal);
    },
  };
}
