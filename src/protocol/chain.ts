import type { DeckEvent } from "./event.ts";

/**
 * The events that belong together with one of a run, in their order: the goal, the daemon's turn and action from which its
 * construct came, the construct, the tool call with its verdict, hold and result, the outcome, and the turn in which the daemon
 * was told of it. Empty when the run has no such event. Records of before the turns were counted are told by their order.
 * @param events of one run, oldest first
 */
export function chainOf(events: readonly DeckEvent[], seq: number): DeckEvent[] {
  const event = events.find((one) => one.seq === seq);
  if (event === undefined) return [];
  const chain = new Set<DeckEvent>([event]);
  addCall(chain, events, event);
  for (const id of lineageOf(constructOf(event), events)) addLife(chain, events, id);
  addTurn(chain, events, event);
  const goal = events.findLast((one) => one.type === "goal.set" && one.seq <= event.seq);
  if (goal !== undefined) chain.add(goal);
  return [...chain].toSorted((one, other) => one.seq - other.seq);
}

/** The construct that an event is of. */
export function constructOf({ body }: DeckEvent): string | undefined {
  if ("construct" in body && typeof body.construct === "string") return body.construct;
  return "agent" in body && body.agent.startsWith("cx-") ? body.agent : undefined;
}

/** The number of the turn that an event is of, its construct's or the daemon's. */
export function turnNumberOf({ body }: DeckEvent): number | undefined {
  return "turn" in body && typeof body.turn === "number" ? body.turn : undefined;
}

/** All that is of the same tool call, and of the same call of a plugin. */
function addCall(chain: Set<DeckEvent>, events: readonly DeckEvent[], event: DeckEvent): void {
  const construct = constructOf(event);
  const call = callOf(event, events);
  const plugin = pluginCallOf(event);
  for (const one of events) {
    if (constructOf(one) !== construct) continue;
    if (call !== undefined && callOf(one, events) === call) chain.add(one);
    if (plugin !== undefined && pluginCallOf(one) === plugin) chain.add(one);
  }
}

/** The id of the tool call that an event is of: the agent's own, the same in its transcript. */
function callOf({ type, body }: DeckEvent, events: readonly DeckEvent[]): string | undefined {
  if (type === "plugin.called" || type === "plugin.ended" || type === "plugin.refused") return body.within ?? undefined;
  if (type !== "hold.closed") return "call" in body ? (body.call ?? undefined) : undefined;
  if (typeof body.call === "string") return body.call;
  const opened = events.find((one) => one.type === "hold.opened" && one.body.hold === body.hold);
  return opened?.type === "hold.opened" ? opened.body.call : undefined;
}

/** The bridge's own id of a plugin's call. */
const pluginCallOf = ({ type, body }: DeckEvent): string | undefined =>
  type === "plugin.called" || type === "plugin.ended" ? body.call : undefined;

/** A construct and those in whose place it came. */
function lineageOf(id: string | undefined, events: readonly DeckEvent[]): string[] {
  const line: string[] = [];
  for (let at = id; at !== undefined && !line.includes(at);) {
    line.push(at);
    const queued = events.find((one) => one.type === "construct.queued" && one.body.construct === at);
    const isHeir = queued?.type === "construct.queued" && queued.body.origin === "redirect";
    at = isHeir ? (queued.body.parent ?? undefined) : undefined;
  }
  return line;
}

function addLife(chain: Set<DeckEvent>, events: readonly DeckEvent[], id: string): void {
  for (const event of events) {
    if (constructOf(event) !== id) continue;
    if (event.type === "construct.queued") {
      chain.add(event);
      if (event.body.origin === "daemon") addOrder(chain, events, event);
    }
    if (event.type === "construct.started" || event.type === "construct.redirected") chain.add(event);
    if (event.type !== "construct.ended") continue;
    chain.add(event);
    const told = events.find((one) => one.type === "daemon.turn_started" && one.body.inputs.includes(event.seq));
    if (told !== undefined) chain.add(told);
  }
}

type Asked = DeckEvent & { type: "construct.queued" | "spawn.refused" };

/** The turn in which the daemon has asked for a construct, and the action. */
function addOrder(chain: Set<DeckEvent>, events: readonly DeckEvent[], asked: Asked): void {
  const { order, task } = asked.body;
  const turn = order === undefined ? turnBefore(events, asked) : turnOf(events, order.turn);
  if (turn !== undefined) chain.add(turn);
  const action = events.findLast(
    (one) =>
      one.type === "daemon.action" &&
      one.body.action.type === "spawn" &&
      (order === undefined
        ? one.seq < asked.seq && one.body.action.task === task
        : one.body.turn === order.turn && one.body.position === order.position),
  );
  if (action !== undefined) chain.add(action);
}

/** The turn of the daemon that an event of its own belongs to. */
function addTurn(chain: Set<DeckEvent>, events: readonly DeckEvent[], event: DeckEvent): void {
  if (event.type === "spawn.refused") {
    if (event.body.origin === "daemon") addOrder(chain, events, event);
    return;
  }
  const isDaemons = event.type === "agent.used" ? event.body.role === "daemon" : event.type.startsWith("daemon.");
  if (!isDaemons) return;
  const number = turnNumberOf(event);
  const turn = number === undefined ? turnBefore(events, event) : turnOf(events, number);
  if (turn !== undefined) chain.add(turn);
}

const turnOf = (events: readonly DeckEvent[], number: number): DeckEvent | undefined =>
  events.find((one) => one.type === "daemon.turn_started" && one.body.turn === number);

/** Turns of the daemon do not overlap, so the order tells. */
const turnBefore = (events: readonly DeckEvent[], { seq }: DeckEvent): DeckEvent | undefined =>
  events.findLast((one) => one.type === "daemon.turn_started" && one.seq <= seq);
