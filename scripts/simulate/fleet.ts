import { hubBounds } from "../../src/nodes/hub/bounds.ts";
import { place, type NodeState } from "../../src/nodes/host/placement.ts";
import { fleetLease, hostLeases, nodeLease } from "../../src/nodes/lease.ts";
import { incoming, outgoing } from "../../src/nodes/numbered.ts";
import { resending, type Again } from "../../src/nodes/resending.ts";
import { numbersFrom } from "../../test/durable/scenario.ts";
import type { Costs, Habits } from "./costs.ts";
import { agenda, worker } from "./events.ts";

export interface Fleet {
  nodes: number;
  constructs: number;
  costs: Costs;
  habits: Habits;
  seed: number;
  /** Of the fleet's life. */
  seconds: number;
  /** Processors that the server uses. */
  serverCores?: number;
}

/** Shares of a resource: 1 is all of it, and more than that cannot be kept up with. */
export interface Outcome {
  host: number;
  /** Of the host's disk. */
  disk: number;
  server: number;
  hostMb: number;
  lettersPerSecond: number;
  /** From a call to the verdict about it, milliseconds. */
  verdictP50: number;
  verdictP99: number;
  /** Letters that were sent more than once, of all. */
  again: number;
  /** Nodes whose lease was over although nothing was wrong with them. */
  lost: number;
}

/** Acknowledgements wait so long for company; see `kept` of the host's desk. */
const companyMs = 20;
/** Between two machines of one network, one way. */
const wayMs = 0.3;

/** Has a fleet live for a while, of which everything works and nobody fails. Times are milliseconds. */
export function live({ nodes, constructs, costs, habits, seed, seconds, serverCores = 4 }: Fleet): Outcome {
  const number = numbersFrom(seed);
  const chance = (): number => number(1_000_000) / 1_000_000;
  const calendar = agenda();
  const host = worker(calendar);
  const server = worker(calendar, serverCores);
  const times = fleetLease;
  const leases = hostLeases(times);
  const verdicts: number[] = [];
  const end = seconds * 1000;
  let diskUs = 0;
  let letters = 0;
  let again = 0;
  let lost = 0;

  const states = Array.from({ length: nodes }, (_, n): NodeState => ({
    name: `node-${String(n).padStart(4, "0")}`,
    pool: "p",
    labels: [],
    slots: Math.ceil(constructs / nodes) + 1,
    used: 0,
    freeMb: 100_000,
    hasWall: true,
    closed: undefined,
  }));
  const room = { here: { slots: 0, used: 0, freeMb: 0 }, nodes: states, strategy: "spread" } as const;

  const byName = new Map(states.map((state) => [state.name, state]));

  /** Over the server to the host, which has this to do with it. */
  const toHost = (us: number, then?: () => void): void =>
    server.does(costs.serverPasses, () => calendar.at(calendar.now + wayMs, () => host.does(us, then)));
  const sync = (): void => {
    diskUs += costs.hostSync;
    host.does(costs.hostSync);
  };
  /** Lines of which something is to be acknowledged: all at once, after one commit. */
  const owed = new Set<() => void>();
  const owe = (acknowledge: () => void): void => {
    if (owed.size === 0)
      calendar.at(calendar.now + companyMs, () => {
        const due = [...owed];
        owed.clear();
        diskUs += costs.hostSync;
        host.does(costs.hostAsksDisk, () =>
          calendar.at(calendar.now + costs.hostSync / 1000, () => {
            for (const one of due) host.does(costs.hostSends, () => server.does(costs.serverPasses, one));
          }),
        );
      });
    owed.add(acknowledge);
  };

  const converse = (home: NodeState): void => {
    const out = outgoing<number>();
    const taken = incoming<number>();
    const resend = resending();
    let looksAt = Infinity;
    let acknowledged = 0;
    const acknowledge = (): void => {
      acknowledged = taken.taken;
      out.taken(acknowledged);
      sayAgain(resend.told({ taken: taken.taken }, calendar.now));
    };
    const post = (n: number, size: number, asks?: number): void => {
      letters += size;
      toHost(costs.hostLetter * size, () => {
        taken.take({ n, body: size });
        if (asks === undefined) return owe(acknowledge);
        const word = { taken: acknowledged, heard: taken.taken, gap: taken.next, answers: asks };
        host.does(costs.hostSends, () =>
          server.does(costs.serverPasses, () => sayAgain(resend.told(word, calendar.now))),
        );
      });
    };
    const sayAgain = (some: Again | undefined): void => {
      for (const { n, body } of some === undefined ? [] : out.pending)
        if (some !== undefined && n > some.after && n <= some.upTo) {
          again += body;
          post(n, body, n === some.upTo ? some.asks : undefined);
        }
      look();
    };
    const look = (): void => {
      if (resend.at >= looksAt) return;
      looksAt = resend.at;
      calendar.at(looksAt, () => {
        looksAt = Infinity;
        sayAgain(resend.due(calendar.now));
      });
    };
    /** So many letters that are said at about the same time. */
    const say = (size: number): void => {
      const { n } = out.push(size);
      resend.said(n, calendar.now);
      post(n, size);
      look();
    };
    const answer = (): void => {
      // What streams in comes over most of the time; here in ten portions.
      const portions = 10;
      for (let portion = 0; portion < portions && habits.pieces > 0; portion += 1)
        calendar.at(calendar.now + (habits.answerS * 700 * portion) / portions, () => say(habits.pieces / portions));
      calendar.at(calendar.now + habits.answerS * 700, () => {
        say(habits.letters);
        const asked = calendar.now;
        for (let n = 0; n < habits.synced; n += 1) toHost(0, sync);
        toHost(costs.hostLetter + costs.hostJudges + habits.events * costs.hostEvent + costs.hostSends, () =>
          server.does(costs.serverPasses, () => verdicts.push(calendar.now + wayMs - asked)),
        );
      });
      calendar.at(calendar.now + habits.answerS * 1000 * (0.5 + chance()), answer);
    };
    // Beginnings are as far apart as ends.
    const live = (state: NodeState, lifeMs: number): void => {
      state.used += 1;
      calendar.at(calendar.now + lifeMs, () => {
        state.used -= 1;
        host.does(costs.hostPlacesPerNode * nodes);
        server.does(costs.serverStores * 2);
        const chosen = place({ labels: [], needMb: 500 }, room);
        live((chosen.isPlaced ? byName.get(chosen.node ?? "") : undefined) ?? state, habits.lifeS * 1000);
      });
    };
    calendar.at(chance() * habits.answerS * 1000, answer);
    const working = (): void => {
      // The queue hears that the opening is alive.
      server.does(costs.serverPasses);
      calendar.at(calendar.now + (hubBounds.jobSilenceMs * 0.8) / 2, working);
    };
    live(home, chance() * habits.lifeS * 1000);
    calendar.at(chance() * 10_000, working);
  };

  const renewing = (boot: string): void => {
    const lease = nodeLease(times);
    let isLost = false;
    lease.granted(0);
    leases.renew(boot, 0);
    const renew = (): void => {
      if (!lease.holds(calendar.now) && !isLost) {
        isLost = true;
        lost += 1;
      }
      const asked = calendar.now;
      toHost(costs.hostAnswers, () => {
        if (leases.renew(boot, calendar.now)) server.does(costs.serverPasses, () => lease.granted(asked));
      });
      calendar.at(calendar.now + times.renewMs, renew);
    };
    const tell = (): void => {
      server.does(costs.serverStores, () => toHost(costs.hostEntry));
      calendar.at(calendar.now + hubBounds.entryMs / 3, tell);
    };
    calendar.at(chance() * times.renewMs, renew);
    calendar.at((chance() * hubBounds.entryMs) / 3, tell);
  };

  for (let n = 0; n < constructs; n += 1) {
    const home = states[n % nodes];
    if (home !== undefined) converse(home);
  }
  for (let n = 0; n < nodes; n += 1) renewing(`boot-${n}`);
  // One that falls ever further behind has shown what there is to see.
  for (let at = 1000; at <= end && host.behindMs() < 10_000; at += 1000) calendar.run(at);
  const over = calendar.now;
  const sorted = verdicts.toSorted((one, other) => one - other);
  const part = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
  return {
    host: host.busy(),
    disk: diskUs / 1000 / over,
    server: server.busy(),
    hostMb: (costs.hostKb + costs.constructKb * constructs) / 1000,
    lettersPerSecond: (letters * 1000) / over,
    verdictP50: part(0.5),
    verdictP99: part(0.99),
    again: again / Math.max(1, letters),
    lost,
  };
}
