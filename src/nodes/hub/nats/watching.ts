import type { KvWatchEntry } from "@nats-io/kv";
import { pause, systemClock } from "../../../base/clock.ts";
import { clip } from "../../../base/text.ts";
import type { RegistryChange } from "../hub.ts";
import { theHost, type Party } from "../subjects.ts";
import { hubFault } from "./faults.ts";
import { entrySchema, type RegistryParts } from "./entry.ts";
import { parsed } from "./letters.ts";

/**
 * Follows the entries. That one has gone for want of renewal is not told by the server: it is counted here, by our own clock, from when
 * we have heard of it, and only while our own link is up.
 */
export async function watching<State>(
  { bucket, bounds, connection, schema, onStrange, onTrouble }: RegistryParts<State>,
  listener: (change: RegistryChange<State>) => void,
): Promise<Disposable> {
  const here = new Map<Party, { boot: string; text: string; timer: Disposable }>();
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, connection.signal]);
  let watch = await begin();
  let link: Disposable | undefined;

  async function begin() {
    try {
      return await bucket.watch();
    } catch (error) {
      throw hubFault(error, "could not follow the registry");
    }
  }
  const gone = (name: Party, why: "left" | "silent"): void => {
    const known = here.get(name);
    if (known === undefined) return;
    known.timer[Symbol.dispose]();
    here.delete(name);
    listener({ type: "went", name, boot: known.boot, why });
  };
  /** One renewal that is late is nothing. */
  const count = (name: Party): Disposable => systemClock.after(bounds.entryMs * 1.25, () => gone(name, "silent"));
  const heard = (entry: KvWatchEntry): void => {
    const name = entry.key;
    // Its entry only keeps a second one from coming.
    if (name === theHost) return;
    if (entry.operation !== "PUT") return gone(name, "left");
    const strange = (why: string): void =>
      onStrange?.({ from: name, why, head: clip(entry.string().slice(0, 400), 200) });
    const read = parsed(entry.value, entrySchema);
    if ("why" in read) return strange(read.why);
    const state = schema.safeParse(read.body.state);
    if (!state.success) return strange(clip(state.error.message, 300));
    const { boot } = read.body;
    const text = JSON.stringify(state.data);
    const known = here.get(name);
    known?.timer[Symbol.dispose]();
    here.set(name, { boot, text, timer: count(name) });
    // Another life of the same name: the one before is gone, whether it has said so or not.
    if (known !== undefined && known.boot !== boot) listener({ type: "went", name, boot: known.boot, why: "silent" });
    if (known?.boot !== boot) listener({ type: "came", name, boot, state: state.data });
    else if (known.text !== text) listener({ type: "changed", name, boot, state: state.data });
  };
  const follow = async (): Promise<void> => {
    while (!signal.aborted) {
      for await (const entry of watch) {
        if (signal.aborted) break;
        heard(entry);
      }
      while (!signal.aborted) {
        await isUp();
        if (signal.aborted) break;
        try {
          watch = await begin();
          break;
        } catch (error) {
          if (connection.link === "up") onTrouble?.(hubFault(error, "could not follow the registry"));
          await pause(bounds.reconnectMs, signal);
        }
      }
    }
    for (const { timer } of here.values()) timer[Symbol.dispose]();
  };
  const isUp = async (): Promise<void> => {
    if (connection.link === "up") return;
    const { promise, resolve } = Promise.withResolvers<void>();
    const turned = connection.onLink((now) => now === "up" && resolve());
    signal.addEventListener("abort", () => resolve(), { once: true });
    await promise;
    turned[Symbol.dispose]();
  };
  link = connection.onLink((now) => {
    for (const [name, known] of here) {
      known.timer[Symbol.dispose]();
      // Nobody can be heard; and once they can, each has its time again.
      if (now === "up") known.timer = count(name);
    }
    // A watch does not always outlive its server; a new one tells all that is there.
    watch.stop();
  });
  signal.addEventListener(
    "abort",
    () => {
      link?.[Symbol.dispose]();
      watch.stop();
    },
    { once: true },
  );
  void follow();
  return { [Symbol.dispose]: () => over.abort() };
}
