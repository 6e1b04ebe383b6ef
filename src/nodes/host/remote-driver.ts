import { randomBytes } from "node:crypto";
import { systemClock, type Clock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import { showDuration } from "../../base/units.ts";
import { lostCode, type AgentDriver, type AgentSession, type SessionSpec } from "../../drivers/agent.ts";
import type { Address } from "../wire/letters.ts";
import { openingOf, staysHere, type Opening } from "../wire/opening.ts";
import type { HostLines } from "./lines.ts";
import type { Space } from "../wire/space.ts";
import { remoteSession, type GivenCopy, type SessionLine } from "./remote-session.ts";

import type { TakeFiles } from "./run-files.ts";

export interface RemoteDriverParts {
  /** Opens what stays on this machine. */
  here: AgentDriver;
  /** Whether a session that may be opened on a node is to be. */
  goesOut: (spec: SessionSpec) => boolean;
  link: OpeningLink;
  lines: HostLines;
  /** Whether this life of a node is counted on: it has a lease. */
  isCounted: (boot: string) => boolean;
  /** The version of the policy that is in force now: no call is let through that its node has judged by another one. */
  policy: () => string;
  /** Takes what a session brings of its run's files, on the node that has claimed it; left out: nothing is taken. */
  files?: (to: Address, spec: SessionSpec, node: string) => TakeFiles;
  /** Larger than any epoch that an earlier life of this host has given, such as the milliseconds of its start. */
  firstEpoch: number;
  /** The copy of the workspace in which a session is to work; undefined: it works at the same path. */
  spaceOf?: (session: string) => { space: Space; copy: GivenCopy } | undefined;
  clock?: Clock;
  /** How long an opening waits for a node, and then for the agent there, milliseconds. */
  patienceMs?: number;
  /** How long it waits for a node, if that is less. */
  untakenMs?: number;
  /** So often is a session offered whose node was lost before it was open. */
  mostOffers?: number;
}

/** How openings come to nodes. */
export interface OpeningLink {
  /** Puts it where nodes look for work. It may be given to one, to several, or to one again: `claim` decides. */
  offer(opening: Opening): Promise<void>;
  /** Nobody shall take it any more. One that has it already is told by `claim`. Never rejects. */
  withdraw(opening: Opening): Promise<void>;
}

/** A node's claim to a session: it may open it, or why not. */
export type Claimed = { isGranted: true } | { isGranted: false; why: string };

/** Opens sessions on nodes as if they were here. */
export interface RemoteDriver extends AgentDriver {
  /**
   * A node wants to open this session. The same one may ask again; anybody else is told no.
   * @param node the name of the node that asks, as the wire tells it: the place of the session from then on
   */
  claim(to: Address, node: string): Claimed;
}

const usualOffers = 3;
const usualPatienceMs = 60_000;

/** So much longer may it take where a workspace has to be fetched and unpacked, milliseconds. */
const travelMs = 240_000;

/** A session that is offered, and the conversation with the node that has claimed it. */
interface Offer {
  epoch: number;
  owner: Address | undefined;
  claimed: PromiseWithResolvers<{ to: Address; node: string; line: SessionLine }>;
}

export function remoteDriver(parts: RemoteDriverParts): RemoteDriver {
  const { here, goesOut, link, lines, isCounted, policy, clock = systemClock, patienceMs = usualPatienceMs } = parts;
  const { untakenMs = patienceMs, mostOffers = usualOffers, spaceOf } = parts;
  const offers = new Map<string, Offer>();
  let epoch = parts.firstEpoch;

  const openOnce = async (spec: SessionSpec): Promise<AgentSession> => {
    epoch += 1;
    const given = spaceOf?.(spec.id);
    const opening = openingOf(spec, epoch, given?.space);
    const offer: Offer = { epoch, owner: undefined, claimed: Promise.withResolvers() };
    const isLate = Promise.withResolvers<never>();
    // It may come while the offer itself takes its time.
    isLate.promise.catch(() => "told below");
    offers.set(spec.id, offer);
    try {
      using _untaken = clock.after(untakenMs, () => isLate.reject(notTaken(untakenMs)));
      // A claim says that it has arrived, whatever has become of the answer.
      const offered = link.offer(opening).then(() => offer.claimed.promise);
      const { to, node, line } = await Promise.race([offer.claimed.promise, isLate.promise, offered]);
      // A node that has claimed it and then says nothing is as good as none.
      using _unopened = clock.after(patienceMs + (given === undefined ? 0 : travelMs), () => lines.end(to));
      const files = parts.files?.(to, spec, node);
      return await opened(line, spec, {
        node,
        policy,
        copy: given?.copy,
        clock,
        ...(files === undefined ? {} : { files }),
      });
    } catch (error) {
      // Whoever has claimed it in the last moment must not wait for its task for ever.
      if (offer.owner !== undefined) lines.end(offer.owner);
      throw error;
    } finally {
      if (offers.get(spec.id) === offer) offers.delete(spec.id);
      void link.withdraw(opening);
    }
  };

  return {
    name: here.name,
    can: here.can,
    models: (asked) => here.models(asked),
    async open(spec) {
      if (staysHere(spec) !== undefined || !goesOut(spec)) return here.open(spec);
      for (let left = mostOffers - 1; ; left -= 1)
        try {
          return await openOnce(spec);
        } catch (error) {
          if (left === 0 || !(error instanceof Fault) || error.code !== lostCode) throw error;
        }
    },
    claim(to, node) {
      const offer = offers.get(to.session);
      if (offer?.epoch !== to.epoch) return { isGranted: false, why: "it is not wanted any more" };
      if (!isCounted(to.boot)) return { isGranted: false, why: "this life of the node has no lease" };
      if (offer.owner !== undefined && offer.owner.boot !== to.boot)
        return { isGranted: false, why: "another node has it" };
      if (offer.owner === undefined) {
        offer.owner = to;
        // What the node says may come before whoever waits here has heard of it.
        offer.claimed.resolve({ to, node, line: lines.open(to) });
      }
      return { isGranted: true };
    },
  };
}

/** One that does not come up has said all that it will. */
async function opened(
  line: SessionLine,
  spec: SessionSpec,
  {
    node,
    copy,
    ...parts
  }: { node: string; policy: () => string; copy: GivenCopy | undefined; clock: Clock; files?: TakeFiles },
): Promise<AgentSession> {
  try {
    // Nobody on a node can present it: what speaks to the deck with a token is on the host.
    const token = randomBytes(24).toString("base64url");
    return await remoteSession(line, spec, { token, place: node, ...parts, ...(copy === undefined ? {} : { copy }) });
  } catch (error) {
    line.end();
    throw error;
  }
}

/** The code of the fault of a session that no node has taken in time. */
export const notTakenCode = "nodes.none";

const notTaken = (ms: number): Fault =>
  new Fault("setup", notTakenCode, `No node has taken the session within ${showDuration(ms)}.`, {
    hint: "Look which nodes are up and have room, or run it on this machine.",
  });
