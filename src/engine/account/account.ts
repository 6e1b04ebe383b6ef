import type { AgentEvent } from "../../drivers/agent.ts";
import type { Clock } from "../../base/clock.ts";
import { oneLine } from "../../base/text.ts";
import type { AccountHold, AccountTrouble } from "../../protocol/account.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import { nodeOf, placesApart, type Place } from "./apart.ts";
import { cluster } from "./cluster.ts";
import { deathOf } from "./death.ts";
import { isHeld, nextMoment, room, standingAfter, step, type AccountInput, type Standing } from "./machine.ts";
import { newMember, type Member, type MemberParts } from "./member.ts";
import { signOf } from "./signs.ts";
import type { AccountTimes } from "./times.ts";
import { on, told } from "./told.ts";
import { waitingRoom, type Waiter } from "./waiting-room.ts";

/** What concerns all agents of a deck, whatever their run: whether any of them may begin, and who may. */
export interface Account {
  readonly hold: AccountHold | undefined;
  /** What holds up who is on this place. */
  holdAt(place: Place): AccountHold | undefined;
  /** Those of single places, on which others need not wait. */
  readonly holdsApart: readonly AccountHold[];
  /** What keeps agents on this place alone from beginning now. */
  heldUp(place: string): AccountHold | undefined;
  /** Why it is no use to wait any longer: the netrunner has to see to it, and then to go on. */
  readonly expired: string | undefined;
  /** A run is open that hears of it. */
  readonly isTold: boolean;
  /** Constructs that wait with a turn that was refused. */
  readonly parked: number;
  /** How many may begin now. */
  room(): number;
  /** Somebody who has asked for room begins. */
  began(who: string): void;
  /**
   * Looks at what an agent does. Gives the trouble that it tells of, for which the agent itself is not to blame.
   * @param place that it is on; null, or left out: this machine
   */
  see(who: string, event: AgentEvent, place?: Place): AccountTrouble | undefined;
  /** The agent of a construct was killed, and the construct goes on. @param death of what, as others may die of it */
  died(who: string, death: string): void;
  /** A construct has ended. */
  ended(outcome: Outcome): void;
  /** An agent has ended, or begins nothing more for now. */
  left(who: string): void;
  /**
   * Resolves when this one may begin: true; false when the signal ends the wait, or, where it is not `lasting`, when the
   * wait has become useless.
   */
  pass(who: string, signal: AbortSignal, isLasting?: boolean, place?: Place): Promise<boolean>;
  /** The netrunner ends the hold, and those of single places. Gives the one of all that there was. */
  release(): AccountHold | undefined;
  /** A run is open: what happens to the account is told to it. */
  join(run: MemberParts): Membership;
  /** The deck closes: nothing happens by itself any more. */
  close(): void;
}

/** A run's share in the account. */
export interface Membership {
  /** The run ends. */
  leave(): void;
}

export interface AccountParts {
  clock: Clock;
  times: AccountTimes;
  /** The hold that an earlier deck has left in this home. */
  last: AccountHold | undefined;
  /** Between 0 and 1. */
  random: () => number;
}

/** An agent that tries again for the so-manieth time is overloaded enough by itself. */
const mostAttempts = 5;
/** Of the one that tries whether a hold is over, fewer tell enough. */
const mostAttemptsOfTry = 3;

/** The wall clock may be set, or the machine sleep: no timer is trusted for longer, milliseconds. */
const mostTimerMs = 60_000;

/** The account of a deck. */
export function openAccount({ clock, times, last, random }: AccountParts): Account {
  let standing: Standing = standingAfter(last, clock.now());
  /** Its run is over, or another deck's: whoever comes next is told that this is over too. */
  let isForgotten = last?.kind === "correlated";
  /** Until when the limit of each agent's own account holds, as that one was told. Others may have another account. */
  const resets = new Map<string, number>();
  let timer: Disposable | undefined;
  let isClosed = false;
  const members = new Set<Member>();
  const retries = cluster();
  const deaths = cluster();
  const waiting = waitingRoom();
  /** Who has made a request since the hold began. */
  const asked = new Set<string>();
  const apart = placesApart({
    at: () => stepAt(),
    tell({ type, hold }) {
      for (const member of members) member[type === "held" ? "heldThere" : "releasedThere"](hold);
    },
  });

  const stepAt = () => ({ now: clock.now(), jitterMs: Math.round(random() * times.jitterMs), times });

  const expired = (): string | undefined => {
    if (!isHeld(standing) || standing.hold.kind !== "credential") return undefined;
    return clock.now() - standing.hold.since < times.credentialMs ? undefined : standing.hold.reason;
  };

  const take = (input: AccountInput): void => {
    const at = stepAt();
    const { now } = at;
    const before = standing;
    const next = step(before, input, at);
    standing = next.standing;
    if (isHeld(standing) && !(isHeld(before) && before.hold.since === standing.hold.since)) asked.clear();
    if (input.type === "began") asked.add(input.who);
    for (const effect of next.effects) {
      for (const member of members) {
        if (effect.type === "held") member.held(effect.hold);
        else member.released(effect.hold, effect.how, now);
      }
    }
    if (isHeld(before) && !isHeld(standing)) apart.keep(before, input);
    setTimer(now);
  };

  /** After what may have made room: those who wait with a turn come first, then the queues. */
  const change = (input: AccountInput): void => {
    take(input);
    const bad = standing.phase === "open" ? undefined : standing.hold.place;
    // Who is on another place than the one that the hold is of can show that it is of that one alone.
    if (bad !== undefined) admit((place) => place !== bad);
    if (typeof bad === "string") for (const member of members) member.onChange();
    admit(() => true);
    for (const member of members) member.onChange();
  };

  const admit = (isMeant: (place: Place) => boolean): void =>
    waiting.admit({
      mayBegin: ({ place }) => isMeant(place) && mayBegin(place),
      begin,
      isUseless: expired() !== undefined,
    });

  const mayBegin = (place: Place): boolean => (isFree() || room(standing, clock.now()) > 0) && apart.mayBegin(place);

  const begin = ({ who, place }: Pick<Waiter, "who" | "place">): void => {
    apart.take(place, { type: "began", who });
    take({ type: "began", who });
  };

  const setTimer = (now: number): void => {
    timer?.[Symbol.dispose]();
    if (isClosed) return;
    const moments = [
      ...apart.moments(),
      nextMoment(standing, now),
      isHeld(standing) ? expiryOf(standing.hold) : undefined,
    ];
    const ahead = moments.filter((moment) => moment !== undefined);
    if (ahead.length === 0) return;
    const wait = Math.min(mostTimerMs, Math.max(0, Math.min(...ahead) - now));
    timer = clock.after(wait, () => {
      apart.takeAll({ type: "time" });
      change({ type: "time" });
    });
  };

  const expiryOf = (hold: AccountHold): number | undefined => {
    const at = hold.since + times.credentialMs;
    return hold.kind === "credential" && at > clock.now() ? at : undefined;
  };

  // A death of others is no reason to leave a turn.
  const isFree = (): boolean => standing.phase === "open" || (isHeld(standing) && standing.hold.kind === "correlated");

  /** @param place whose account it is; undefined: of several, or of no account */
  const inTrouble = (kind: AccountTrouble, who: string, words: string, place?: Place): void => {
    const at = resets.get(who) ?? 0;
    const known = kind === "usage_limit" && at > clock.now() ? at : null;
    const trouble = { type: "trouble", kind, who, place, ...told(kind, who, words, place), resetsAt: known } as const;
    if (!apart.has(place)) return change(trouble);
    apart.take(place, trouble);
    // If it has begun to try for all of them, another one is to do that.
    change({ type: "left", who });
  };

  const works = (who: string, place: Place): void => {
    if (standing.phase === "open" && !apart.isAny) return;
    apart.worked(who, place);
    const bad = isHeld(standing) ? nodeOf(standing.hold) : undefined;
    change({ type: "worked", who, place, proves: bad !== undefined && bad !== place && asked.has(who) });
  };

  const leave = (who: string): void => {
    resets.delete(who);
    asked.delete(who);
    apart.takeAll({ type: "left", who });
    change({ type: "left", who });
  };

  const dead = (who: string, death: string): void => {
    const others = deaths.add(death, who, clock.now());
    if (others !== undefined)
      inTrouble("correlated", who, `${others.join(", ")} have ended with: ${oneLine(death, 160)}`);
  };

  const account: Account = {
    get hold() {
      return isHeld(standing) ? standing.hold : undefined;
    },
    holdAt: (place) => apart.holdOf(place) ?? account.hold,
    get holdsApart() {
      return apart.holds;
    },
    heldUp: (place) => (apart.mayBegin(place) ? undefined : apart.holdOf(place)),
    get expired() {
      return expired();
    },
    get isTold() {
      return members.size > 0;
    },
    get parked() {
      return waiting.lasting;
    },
    room: () => room(standing, clock.now()),
    began: (who) => take({ type: "began", who }),
    see(who, event, place = null) {
      const sign = signOf(event);
      if (sign === undefined) return undefined;
      if (sign.type === "resets") resets.set(who, Math.max(resets.get(who) ?? 0, sign.at));
      if (sign.type === "asks") asked.add(who);
      if (sign.type === "works") works(who, place);
      if (sign.type === "retries") {
        const isTry = standing.phase === "trying" && standing.who === who;
        const others = retries.add("retries", on(who, place), clock.now());
        if (others !== undefined)
          inTrouble("overload", who, `${others.join(", ")} try again and again (${sign.words})`);
        else if (sign.attempt >= (isTry ? mostAttemptsOfTry : mostAttempts))
          inTrouble("overload", who, `attempt ${sign.attempt} of one request (${sign.words})`, place);
      }
      if (sign.type !== "trouble") return undefined;
      inTrouble(sign.kind, who, sign.words, place);
      return sign.kind;
    },
    died: dead,
    ended(outcome) {
      const death = deathOf(outcome);
      if (death !== undefined) dead(outcome.id, death);
      // After that: whatever may begin in its place must know of it.
      leave(outcome.id);
    },
    left: leave,
    pass(who, signal, isLasting = false, place = null) {
      if (signal.aborted || (!isLasting && expired() !== undefined)) return Promise.resolve(false);
      if (mayBegin(place)) {
        begin({ who, place });
        return Promise.resolve(true);
      }
      const wait = waiting.wait({ who, place, isLasting }, signal);
      // A run may have waited for just this one, to pause.
      if (expired() !== undefined) for (const member of members) member.onChange();
      return wait;
    },
    release() {
      const { hold } = account;
      resets.clear();
      apart.release();
      change({ type: "release", how: "netrunner" });
      return hold;
    },
    close() {
      timer?.[Symbol.dispose]();
      timer = undefined;
      isClosed = true;
    },
    join(run) {
      const member = newMember(run);
      members.add(member);
      // Who opens a run after a while without a login means to have seen to it.
      if (isHeld(standing) && expired() !== undefined) standing = standingAfter(standing.hold, clock.now());
      if (isForgotten && last !== undefined) member.released(last, "restarted", clock.now());
      else if (isHeld(standing)) member.held(standing.hold);
      for (const hold of apart.holds) member.heldThere(hold);
      isForgotten = false;
      setTimer(clock.now());
      return {
        leave() {
          // What a run's constructs have died of need not concern the next run.
          if (isHeld(standing) && standing.hold.kind === "correlated") take({ type: "release", how: "restarted" });
          if (standing.phase === "trying" && standing.who !== undefined) take({ type: "left", who: standing.who });
          members.delete(member);
          member.leave();
        },
      };
    },
  };
  setTimer(clock.now());
  return account;
}
