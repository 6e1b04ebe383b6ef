import { herePool } from "../../protocol/place.ts";

/** What a node has told of itself last. */
export interface NodeState {
  name: string;
  pool: string;
  labels: readonly string[];
  /** So many agents may it have at once, and so many it has. */
  slots: number;
  used: number;
  /** Megabytes of memory that are free for agents. */
  freeMb: number;
  /** It can put up a wall around its agents. */
  hasWall: boolean;
  /** Undefined: it takes more. */
  closed: Closed | undefined;
}

/** Why a node takes no more. */
export interface Closed {
  /** As the end of a sentence that begins with its name. */
  why: string;
  /** For a while: who has its session there waits for it. */
  isPassing: boolean;
}

/** Where a construct wants to be. */
export interface Wish {
  /** Only there; `here`: on the host's own machine; undefined: anywhere. */
  pool?: string | undefined;
  /** All of these; the host's own machine has none. */
  labels: readonly string[];
  /** Megabytes that an agent takes. */
  needMb: number;
  /** Only behind a wall. The host's own machine has one, or it would not be wished. */
  wall?: boolean;
  /** The node on which the session is that it goes on in. */
  before?: string | undefined;
}

export interface Room {
  /** Of the host's own machine. */
  here: { slots: number; used: number; freeMb: number };
  nodes: readonly NodeState[];
  /** `here_first`: elsewhere only what has no room here; `spread`: where the most is free, relative to its size. */
  strategy: "here_first" | "spread";
}

/** `node` undefined: on the host's own machine. `why`: in words for the netrunner, when it has to wait. */
export type Placement = { isPlaced: true; node: string | undefined } | { isPlaced: false; why: string };

export { herePool };

/** Decides where a construct goes. The same room and wish give the same place. */
export function place(wish: Wish, room: Room): Placement {
  const before = room.nodes.find(({ name }) => name === wish.before);
  // Its memory is there. A node that takes no more, or is gone, gives it up.
  if (before?.closed?.isPassing === true && isFit({ ...before, closed: undefined }, wish))
    return wait(`its session is on ${before.name}, which ${before.closed.why}`);
  if (before !== undefined && isFit(before, wish))
    return hasRoom(before, wish) ? on(before.name) : wait(`its session is on ${before.name}, which has no room now`);
  const isHereAllowed = isOfHere(wish);
  const hasRoomHere = isHereAllowed && hasRoom(room.here, wish);
  if (hasRoomHere && room.strategy === "here_first") return on(undefined);
  const nodes = room.nodes.filter((node) => isFit(node, wish) && hasRoom(node, wish));
  const places = [
    ...(hasRoomHere ? [{ node: undefined, load: loadOf(room.here) }] : []),
    ...nodes.map((node) => ({ node: node.name, load: loadOf(node) })),
  ];
  const [first] = places;
  if (first === undefined) return wait(whyNot(wish, room, isHereAllowed));
  return on(places.reduce((best, one) => (isBetter(one, best) ? one : best), first).node);
}

/** Whether there would be a place for it, if only there was room, and who is closed for a while was not. */
export const couldFit = (wish: Wish, { here, nodes }: Room): boolean =>
  (isOfHere(wish) && here.slots > 0) ||
  nodes.some((node) => isFit(node.closed?.isPassing === true ? { ...node, closed: undefined } : node, wish));

/** Of two that are as full, here, or the first by name. */
const isBetter = (one: Candidate, best: Candidate): boolean =>
  one.load < best.load || (one.load === best.load && (one.node ?? "") < (best.node ?? ""));

interface Candidate {
  node: string | undefined;
  load: number;
}

const on = (node: string | undefined): Placement => ({ isPlaced: true, node });
const wait = (why: string): Placement => ({ isPlaced: false, why });

const isOfHere = ({ pool, labels }: Wish): boolean => (pool === undefined || pool === herePool) && labels.length === 0;

const isFit = (node: NodeState, wish: Wish): boolean =>
  node.closed === undefined &&
  (wish.pool === undefined || wish.pool === node.pool) &&
  wish.labels.every((label) => node.labels.includes(label)) &&
  (wish.wall !== true || node.hasWall);

const hasRoom = ({ slots, used, freeMb }: Pick<NodeState, "slots" | "used" | "freeMb">, { needMb }: Wish): boolean =>
  used < slots && freeMb >= needMb;

/** How full it would be with one more. */
const loadOf = ({ slots, used }: Pick<NodeState, "slots" | "used">): number => (used + 1) / slots;

/** The nearest reason: what would have to change for it to go on. */
function whyNot({ pool, labels, needMb, wall }: Wish, { here, nodes }: Room, isHereAllowed: boolean): string {
  if (pool === herePool && labels.length > 0) return `this machine has no label ${labels.join(" or ")}`;
  const where = pool === undefined ? "" : ` of the pool ${pool}`;
  const ofPool = nodes.filter((node) => pool === undefined || node.pool === pool);
  const labelled = ofPool.filter((node) => labels.every((label) => node.labels.includes(label)));
  const open = labelled.filter(({ closed }) => closed === undefined);
  const walled = open.filter(({ hasWall }) => hasWall || wall !== true);
  if (isHereAllowed && ofPool.length === 0)
    return here.used >= here.slots ? "there is no room here" : `there are no ${needMb} MB of memory free here`;
  if (ofPool.length === 0) return `no node${where} is up`;
  if (labelled.length === 0) return `no node${where} has ${labels.join(" and ")}`;
  if (open.length === 0) return `no node${where} takes any more: ${reasonsOf(labelled)}`;
  if (walled.length === 0) return `no node${where} has a wall to run it behind; install bubblewrap there`;
  const isFull = walled.every(({ used, slots }) => used >= slots);
  return isFull ? `all nodes${where} are full` : `no node${where} has ${needMb} MB of memory free`;
}

function reasonsOf(nodes: readonly NodeState[]): string {
  const told = nodes.slice(0, mostTold).map(({ name, closed }) => `${name} ${closed?.why ?? ""}`);
  return [...told, ...(nodes.length > told.length ? [`and ${nodes.length - told.length} more`] : [])].join(", ");
}

/** So many nodes are named in a reason. */
const mostTold = 3;
