import { Fault } from "../../base/fault.ts";
import type { Hub } from "../hub/hub.ts";
import type { Party } from "../hub/subjects.ts";
import type { LeaseTimes } from "../lease.ts";
import { fromNodeSchema } from "../wire/letters.ts";
import { nodeStateSchema } from "../wire/node-state.ts";
import type { NodePolicy } from "../wire/policy.ts";
import { asked, claimSchema, policyAskedSchema, renewSchema } from "../wire/questions.ts";
import type { Farewell } from "./farewell.ts";
import type { HostLines } from "./lines.ts";
import type { Lives } from "./lives.ts";
import type { FleetNews } from "./news.ts";
import type { QueueLink } from "./opening-link.ts";
import type { Places } from "./places.ts";
import type { Claimed, RemoteDriver } from "./remote-driver.ts";
import type { Roster } from "./roster.ts";

export interface ListeningParts {
  hub: Pick<Hub, "letters" | "asking" | "registry">;
  lives: Lives;
  /** Once that is said, no lease is granted any more. */
  farewell: Pick<Farewell, "isBegun">;
  /** By what leases are counted here, which nodes are told. */
  lease: Pick<LeaseTimes, "hostMs" | "endMs">;
  lines: Pick<HostLines, "take">;
  link: Pick<QueueLink, "nodeOf">;
  roster: Roster;
  places: Pick<Places, "on">;
  news: Pick<FleetNews, "tell" | "stranger">;
  /** Who speaks just now, by the life in whose name: also one that is not counted on is answered. */
  speakers: Map<string, Party>;
  /** Decides about a claim to a session that is offered; undefined: nothing is. */
  claim: (...claimed: Parameters<RemoteDriver["claim"]>) => Claimed | undefined;
  /** By what nodes judge now. */
  policy: () => NodePolicy;
  /** A node is in the list. */
  arrive: (node: Party) => void;
  /** Where there is room may be otherwise now. */
  change: () => void;
}

/** Hears what nodes say, answers what they ask, and follows the list of them, until the result is disposed. */
export async function listening(parts: ListeningParts): Promise<Disposable> {
  const { hub, lease, lives, farewell, lines, link, roster, places, news, speakers, claim, policy, arrive, change } =
    parts;
  const { asking, letters } = hub;
  using subscriptions = new DisposableStack();
  subscriptions.use(
    letters.listen(fromNodeSchema, (letter, from) => {
      const { boot } = letter.to;
      const owner = lives.nodeOf(boot);
      if (owner !== undefined && owner !== from) return news.stranger(from, letter.to);
      speakers.set(boot, from);
      lines.take(letter);
      speakers.delete(boot);
    }),
  );
  subscriptions.use(
    asking.answer(asked.renew, renewSchema, (question, { from }) => {
      // No refusal, which would end a life: the next host may grant it.
      if (farewell.isBegun) throw ending();
      const told = { ms: lease.hostMs, endMs: lease.endMs };
      return { ...lives.renew(from, question), policy: policy().version, lease: told };
    }),
  );
  subscriptions.use(
    asking.answer(asked.claim, claimSchema, ({ to }, { from }) => {
      if (lives.nodeOf(to.boot) !== from) return { isGranted: false, why: "this life of the node has no lease" };
      if (link.nodeOf(to.session) !== from) return { isGranted: false, why: "it is not for this node" };
      return claim(to, from) ?? { isGranted: false, why: "it is not wanted any more" };
    }),
  );
  subscriptions.use(asking.answer(asked.policy, policyAskedSchema, () => policy()));
  const watch = await hub.registry(nodeStateSchema).watch((entry) => {
    const before = roster.find(entry.name);
    roster.take(entry);
    const { name, boot } = entry;
    if (entry.type === "went") {
      // A farewell comes when nothing is left of it.
      if (entry.why === "left" && lives.nodeOf(boot) === name) lives.left(boot);
      else if (lives.nodeOf(boot) === name)
        news.tell("node.went", { node: name, boot, why: "silent", agents: places.on(name).length });
    } else {
      if (entry.type === "came") arrive(name);
      if (before !== undefined && before.isDraining !== entry.state.isDraining)
        news.tell("node.draining", { node: name, draining: entry.state.isDraining });
    }
    change();
  });
  subscriptions.use(watch);
  return subscriptions.move();
}

const ending = (): Fault =>
  new Fault("refused", "nodes.host_ends", "the host ends", { hint: "Wait for the next one, or start it." });
