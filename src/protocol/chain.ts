import type { DeckEvent } from "./event.ts";

/**
 * The events that belong together with one of a run, in their order: the goal, the daemon's turn and action from which its
 * construct came, the construct, the tool call with its verdict, hold and result, the outcome, and the turn in which the daemon
 * was told of it. Empty when the run has no such event.
 * @param events of one run, oldest first
 */
export function chainOf(events: readonly DeckEvent[], seq: number): DeckEvent[] {
  const event = events.find((one) => one.seq === seq);
  if (event === undefined) return [];
  const chain = new Set<DeckEvent>([event]);
  const call = callOf(event, events);
  if (call !== undefined) for (const one of events) if (callOf(one, events) === call) chain.add(one);
  for (const id of lineageOf(constructOf(event), events)) addLife(chain, events, id);
  const turn = turnAt(events, event);
  if (turn !== undefined) chain.add(turn);
  const goal = events.findLast((one) => one.type === "goal.set" && one.seq <= event.seq);
  if (goal !== undefined) chain.add(goal);
  return [...chain].toSorted((one, other) => one.seq - other.seq);
}

/** The construct that an event is of. */
export function constructOf({ body }: DeckEvent): string | undefined {
  if ("construct" in body && typeof body.construct === "string") return body.construct;
  return "agent" in body && body.agent.startsWith("cx-") ? body.agent : undefined;
}

/** The id of the tool call that an event is of: the agent's own, the same in its transcript. */
function callOf({ type, body }: DeckEvent, events: readonly DeckEvent[]): string | undefined {
  if (type === "hold.closed") {
    const opened = events.find((one) => one.type === "hold.opened" && one.body.hold === body.hold);
    return opened?.type === "hold.opened" ? opened.body.call : undefined;
  }
  // A plugin's call has an id of its own.
  if (type === "plugin.called" || type === "plugin.ended") return undefined;
  return "call" in body && body.call !== null ? body.call : undefined;
}

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

/** The turn in which the daemon has asked for a construct, and the action. Turns do not overlap, so the order tells. */
function addOrder(
  chain: Set<DeckEvent>,
  events: readonly DeckEvent[],
  queued: DeckEvent & { type: "construct.queued" },
): void {
  const turn = events.findLast((one) => one.type === "daemon.turn_started" && one.seq < queued.seq);
  if (turn !== undefined) chain.add(turn);
  const action = events.findLast(
    (one) =>
      one.type === "daemon.action" &&
      one.seq < queued.seq &&
      one.body.action.type === "spawn" &&
      one.body.action.task === queued.body.task,
  );
  if (action !== undefined) chain.add(action);
}

/** The turn of the daemon that an event of its own belongs to. */
const turnAt = (events: readonly DeckEvent[], { type, seq }: DeckEvent): DeckEvent | undefined =>
  type.startsWith("daemon.") || type === "spawn.refused"
    ? events.findLast((one) => one.type === "daemon.turn_started" && one.seq <= seq)
    : undefined;
