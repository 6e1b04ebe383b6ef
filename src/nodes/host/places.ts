import type { PlaceWish } from "../../drivers/agent.ts";
import type { Party } from "../hub/subjects.ts";
import type { KnownNode } from "../wire/node-state.ts";
import type { Homecoming } from "./homecoming.ts";
import { couldFit, place, type Closed, type NodeState, type Placement, type Room } from "./placement.ts";

export interface PlacesParts {
  nodes: () => readonly KnownNode[];
  /** Why a node gets no work. */
  closed: (node: KnownNode) => Closed | undefined;
  /** Megabytes that are free on the host's own machine. */
  freeMb: () => number;
  home: Pick<Homecoming, "of">;
  onChange: () => void;
}

/** How a run shares its constructs out between the host's own machine and the nodes. */
export interface Sharing {
  strategy: Room["strategy"];
  /** So many constructs may be on the host's own machine. */
  hereSlots: number;
}

/** A wish for a place as the one who opens a session has it. */
export interface FullWish extends Omit<PlaceWish, "before"> {
  before?: Party | undefined;
  wall?: boolean | undefined;
  /** Not on these: they were tried. */
  avoid?: ReadonlySet<Party>;
}

/** Looks at the room, one after the other. */
export interface Drawing {
  /** A look at the room as it is now: each true takes a place of it; a string is the reason why there is none. */
  draw(): (wish: PlaceWish) => true | string;
  onChange(listener: () => void): Disposable;
}

/** Where there is room. What is promised counts at once: what a node tells of itself comes later. */
export interface Places {
  /** A look at the room as it is now. Each yes takes a place of it; a string is the reason why not, in words. */
  draw(sharing: Sharing, wall: boolean): (wish: PlaceWish) => true | string;
  /** A place for this session, taken until `leave`; or why there is none. */
  take(id: string, wish: FullWish, sharing: Sharing): Placement;
  /** Whether there would be a place for it, now or when others are gone. */
  couldTake(wish: FullWish, sharing: Sharing): boolean;
  /** It is on the host's own machine, whether there is room or not. */
  takeHere(id: string): void;
  leave(id: string): void;
  /** The sessions that have a place there; undefined: on the host's own machine. */
  on(node: Party | undefined): string[];
}

/** Megabytes that an agent takes once it works, with room for its first tool. */
const agentMb = 200;

export function placesOf({ nodes, closed, freeMb, home, onChange }: PlacesParts): Places {
  const taken = new Map<string, Party | undefined>();
  const on = (node: Party | undefined): string[] => [...taken].filter(([, where]) => where === node).map(([id]) => id);

  const now = ({ strategy, hereSlots }: Sharing, avoid?: ReadonlySet<Party>): MutableRoom => ({
    strategy,
    here: { slots: hereSlots, freeMb: freeMb(), used: on(undefined).length },
    nodes: nodes()
      .filter(({ name }) => avoid?.has(name) !== true)
      .map((node) => {
        const promised = on(node.name).length;
        // Only this host places on it, and what it tells may be older or newer than what is known here.
        const unseen = Math.max(0, promised - node.used);
        const { name, pool, labels, slots, hasWall } = node;
        const free = { used: node.used + unseen, freeMb: node.freeMb - unseen * agentMb };
        return { name, pool, labels, slots, hasWall, closed: closed(node), ...free };
      }),
  });
  const decide = ({ before, pool, labels = [], wall = false }: FullWish, room: Room): Placement => {
    const home_ = before === undefined ? undefined : home.of(before);
    if (home_?.is === "unknown") return { isPlaced: false, why: home_.why };
    const there = home_?.is === "there" ? before : undefined;
    return place({ pool, labels, wall, needMb: agentMb, before: there }, room);
  };

  return {
    draw(sharing, wall) {
      const room = now(sharing);
      // Room only gets less in one look: of a long queue with the same wish, the nodes are asked once for those that have to wait.
      const refused = new Map<string, string>();
      return (wish) => {
        const key = JSON.stringify([wish.before, wish.pool, wish.labels]);
        const before = refused.get(key);
        if (before !== undefined) return before;
        const found = decide({ ...wish, wall }, room);
        if (!found.isPlaced) {
          refused.set(key, found.why);
          return found.why;
        }
        const where = found.node === undefined ? room.here : room.nodes.find(({ name }) => name === found.node);
        if (where !== undefined) {
          where.used += 1;
          where.freeMb -= agentMb;
        }
        return true;
      };
    },
    take(id, wish, sharing) {
      const found = decide(wish, now(sharing, wish.avoid));
      if (found.isPlaced) taken.set(id, found.node);
      return found;
    },
    couldTake: ({ pool, labels = [], wall = false, avoid }, sharing) =>
      couldFit({ pool, labels, wall, needMb: agentMb }, now(sharing, avoid)),
    takeHere: (id) => void taken.set(id, undefined),
    leave(id) {
      if (taken.delete(id)) onChange();
    },
    on,
  };
}

interface MutableRoom extends Room {
  nodes: NodeState[];
}
