import { z } from "zod";
import type { Store } from "../../src/store/event-log.ts";

/** When a deck is to die: at the so manieth event of this type in its life. */
export const deathSchema = z.object({
  type: z.string(),
  nth: z.int().min(1),
  /** `before` it is written, `between` the write and its publication, or `after` all that its publication sets off at once. */
  when: z.enum(["before", "between", "after"]),
});
export type Death = z.infer<typeof deathSchema>;

export const showDeath = ({ type, nth, when }: Death): string => `${when} ${type} #${nth}`;

/** A store that kills this process at the point. Without a death it is the store itself. */
export function mortal(store: Store, death: Death | undefined, die: () => void): Store {
  if (death === undefined) return store;
  let seen = 0;
  return {
    ...store,
    write(sealed, options) {
      const isBefore = seen < death.nth;
      seen += sealed.filter(({ type }) => type === death.type).length;
      const isNow = isBefore && seen >= death.nth;
      if (isNow && death.when === "before") die();
      const events = store.write(sealed, options);
      if (isNow && death.when === "between") die();
      if (isNow) setImmediate(die);
      return events;
    },
  };
}

/** As `kill -9` from outside. It does not return. */
export function dieAtOnce(): never {
  process.kill(process.pid, "SIGKILL");
  // The signal may reach another thread of this process first.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}
