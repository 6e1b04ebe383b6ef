import { count } from "../../../base/units.ts";
import type { ListedNode } from "../../../protocol/nodes.ts";
import { confirmDialog } from "../dialogs/confirm.ts";
import { listActions } from "../draw/listing.ts";
import type { Action, At } from "../page.ts";
import { idsOf, isSilent, loadNodes, nodeHere, nodesOf, type NodesState } from "./nodes-state.ts";

/** What can be done about a node. */
export const nodeActions: readonly Action<NodesState>[] = [
  {
    id: "nodes.drain",
    title: "drain it: no more work",
    keys: ["D"],
    can: ({ state }) => canBeAsked(nodeHere(state), false),
    run: (at) => askToDrain(at, true),
  },
  {
    id: "nodes.undrain",
    title: "have it take work again",
    keys: ["U"],
    can: ({ state }) => canBeAsked(nodeHere(state), true),
    run: (at) => askToDrain(at, false),
  },
  {
    id: "nodes.look",
    title: "look again",
    keys: ["enter", "space"],
    can: ({ model }) => model.link.state === "attached",
    run: (at) => void loadNodes(at),
  },
  ...listActions<NodesState>("nodes", {
    ids: ({ state }) => idsOf(state),
    get: ({ listing }) => listing,
    set: (state, listing) => ({ ...state, listing }),
  }),
];

/** One of which nothing is heard cannot be asked for anything. */
const canBeAsked = (node: ListedNode | undefined, isDraining: boolean): boolean =>
  node !== undefined && !isSilent(node) && node.draining === isDraining;

function askToDrain(at: At<NodesState>, draining: boolean): void {
  const node = nodeHere(at.state);
  if (node === undefined) return;
  const { node: name, pool, agents } = node;
  const isLast = !nodesOf(at.state).some((one) => one.node !== name && one.pool === pool && one.why_not === null);
  const words = draining
    ? [
        `It takes no more work. ${agents.length === 0 ? "Nothing of this deck is on it." : `What is on it goes on: ${count(agents.length, "agent")}.`}`,
        ...(isLast
          ? [[`No other node of the pool ${pool} takes work now: what must run there waits.`, "warning"] as const]
          : []),
      ]
    : ["It takes work again, as far as it has room."];
  at.hands.open(
    confirmDialog({
      title: draining ? `Drain ${name}?` : `Have ${name} take work again?`,
      words,
      verb: draining ? "drains it" : "does it",
      run: () => void drain(at, name, draining),
    }),
  );
}

async function drain(at: At<NodesState>, name: string, draining: boolean): Promise<void> {
  const reply = await at.hands.send({ type: "nodes.drain", name, draining });
  if (reply === undefined) return;
  const left =
    reply.used === 0 ? "nothing is at work on it" : count(reply.used, "agent on it goes on", "agents on it go on");
  at.hands.say(draining ? `${name} takes no more work; ${left}` : `${name} takes work again`, "good");
  await loadNodes(at);
}
