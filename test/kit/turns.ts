import { constructOf, turnNumberOf } from "../../src/protocol/chain.ts";
import { bearsTurn, type DeckEvent } from "../../src/protocol/event.ts";
import { of } from "./deck.ts";

/** What is wrong with the numbers of turns, calls and orders in the record of a run, whatever was killed on the way. */
export function faultyTurns(events: readonly DeckEvent[]): string[] {
  const wrong: string[] = [];
  /** The last turn of each construct, and the last one of its earlier processes. */
  const last = new Map<string, number>();
  const ofEarlier = new Map<string, number>();
  const calls = new Map<string, number>();
  let daemonTurn = 0;
  for (const event of events) {
    const { seq, type, body } = event;
    if (type === "daemon.turn_started") daemonTurn = body.turn;
    const construct = constructOf(event);
    if (type === "construct.started") ofEarlier.set(body.construct, last.get(body.construct) ?? 0);
    if (!bearsTurn(type) || (type === "agent.used" && !["construct", "daemon"].includes(body.role))) continue;
    const turn = turnNumberOf(event) ?? 0;
    const where = `${seq} ${type} is of turn ${turn}`;
    if (turn === 0) wrong.push(where);
    if (construct === undefined || type === "daemon.read") {
      if (turn !== daemonTurn) wrong.push(`${where}, not ${daemonTurn} of the daemon`);
      continue;
    }
    if (turn < (last.get(construct) ?? 0)) wrong.push(`${where}, after ${last.get(construct)}`);
    if (type !== "hold.closed" && turn <= (ofEarlier.get(construct) ?? 0))
      wrong.push(`${where}, of an earlier process`);
    last.set(construct, Math.max(turn, last.get(construct) ?? 0));
    if (!("call" in body) || typeof body.call !== "string" || type.startsWith("plugin.")) continue;
    const call = `${construct} ${body.call}`;
    if (turn !== (calls.get(call) ?? turn)) wrong.push(`${where}, its call of ${calls.get(call)}`);
    calls.set(call, turn);
  }
  return [...wrong, ...faultyOrders(events)];
}

/** Of what the daemon has asked for, each leads to one action, and no two to the same. */
function faultyOrders(events: readonly DeckEvent[]): string[] {
  const taken = new Set<string>();
  return of(events, "construct.queued").flatMap(({ seq, body: { order, task, origin } }) => {
    if (origin !== "daemon") return order === undefined ? [] : [`${seq} has an order, and is the ${origin}'s`];
    const key = JSON.stringify(order);
    const actions = of(events, "daemon.action").filter(
      ({ body }) => body.turn === order?.turn && body.position === order?.position,
    );
    const asked = actions.map(({ body: { action } }) => (action.type === "spawn" ? action.task : action.type));
    const isSo = asked.length === 1 && asked[0] === task && !taken.has(key);
    taken.add(key);
    return isSo ? [] : [`${seq} ${task} was asked for by ${key}: ${asked.join()}`];
  });
}
