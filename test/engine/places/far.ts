import type { AgentDriver, AgentSession, PlaceWish, SessionSpec } from "../../../src/drivers/agent.ts";
import { sessionGoneCode } from "../../../src/drivers/agent.ts";
import { Fault } from "../../../src/base/fault.ts";
import type { Places } from "../../../src/engine/placing.ts";
import { herePool } from "../../../src/protocol/place.ts";

export interface FarPlace {
  name: string;
  pool: string;
  labels?: string[];
  slots: number;
  isUp: boolean;
}

/** Places that are all on this machine, beside it in name only. */
export interface Far {
  /** Opens sessions on them, and tells on which each is. */
  driver: (usual: AgentDriver) => AgentDriver;
  places: () => Places;
  /** What has been opened of workers, and where; undefined: on this machine. */
  opened: { spec: SessionSpec; place: string | undefined }[];
  /** Changes what there is, and tells it. */
  change: (name: string, change: Partial<FarPlace>) => void;
  /** The listeners that there are. */
  readonly listeners: number;
}

export interface FarOptions {
  /** Slots of this machine. */
  here?: number;
  /** What a session on a place says when it is stopped. */
  stop?: (place: string, usual: AgentSession["stop"]) => AgentSession["stop"];
}

/** Goes first where the session was, then here, then to the first that fits. */
export function farPlaces(all: FarPlace[], { here = 10, stop = (_place, usual) => usual }: FarOptions = {}): Far {
  const opened: Far["opened"] = [];
  const listeners = new Set<() => void>();
  const used = new Map<string, number>();
  const take = (name: string, count: number): void => void used.set(name, (used.get(name) ?? 0) + count);
  const find = ({ pool, labels = [], before }: PlaceWish, usedNow: ReadonlyMap<string, number>): string | undefined => {
    const isFree = (name: string, slots: number): boolean => (usedNow.get(name) ?? 0) < slots;
    const fits = all.filter(
      (one) =>
        one.isUp &&
        isFree(one.name, one.slots) &&
        (pool === undefined || one.pool === pool) &&
        labels.every((label) => one.labels?.includes(label) === true),
    );
    if (fits.some(({ name }) => name === before)) return before;
    if ((pool ?? herePool) === herePool && labels.length === 0 && isFree(herePool, here)) return herePool;
    return fits[0]?.name;
  };

  const leaveAtEnd = async (session: AgentSession, name: string): Promise<void> => {
    await session.closed;
    take(name, -1);
    for (const listener of listeners) listener();
  };

  return {
    opened,
    change(name, change) {
      for (const one of all) if (one.name === name) Object.assign(one, change);
      for (const listener of listeners) listener();
    },
    places: () => ({
      draw() {
        const now = new Map(used);
        return (wish) => {
          const found = find(wish, now);
          if (found === undefined) return `no node of the pool ${wish.pool ?? "any"} is up`;
          now.set(found, (now.get(found) ?? 0) + 1);
          return true;
        };
      },
      onChange(listener) {
        listeners.add(listener);
        return { [Symbol.dispose]: () => void listeners.delete(listener) };
      },
      list: () => [...new Set(all.map(({ pool }) => pool))].map((name) => ({ name, labels: labelsOf(all, name) })),
    }),
    driver: (usual) => ({
      ...usual,
      async open(spec) {
        if (spec.role.kind !== "worker") return usual.open(spec);
        const found = find(spec.place ?? {}, used);
        if (found === undefined) throw new Fault("setup", "far.none", "no place", { hint: "Ask first." });
        if (spec.resume !== undefined && spec.place?.before !== undefined && found !== spec.place.before)
          throw new Fault("agent", sessionGoneCode, `the session was on ${spec.place.before}, which is gone`, {
            hint: "Its task begins anew.",
          });
        take(found, 1);
        const place = found === herePool ? undefined : found;
        opened.push({ spec, place });
        const session = await usual.open(spec);
        void leaveAtEnd(session, found);
        return place === undefined ? session : onPlace(session, place, stop);
      },
    }),
    get listeners() {
      return listeners.size;
    },
  };
}

const labelsOf = (all: readonly FarPlace[], pool: string): string[] => [
  ...new Set(all.flatMap((one) => (one.pool === pool ? (one.labels ?? []) : []))),
];

/** The same session, which says that it is there. */
function onPlace(session: AgentSession, place: string, stop: NonNullable<FarOptions["stop"]>): AgentSession {
  const own = { place, stop: stop(place, (how) => session.stop(how)) };
  return new Proxy(session, {
    get(target, name) {
      if (name === "place" || name === "stop") return own[name];
      const value: unknown = Reflect.get(target, name);
      // What is private of a session is not the proxy's.
      return typeof value === "function" ? (value.bind(target) as unknown) : value;
    },
  });
}
