import type { Consumer, JsMsg } from "@nats-io/jetstream";
import type { z } from "zod";
import { pause } from "../../../base/clock.ts";
import { clip } from "../../../base/text.ts";
import { channel } from "../../../base/stream.ts";
import type { HubBounds } from "../bounds.ts";
import type { HubListeners, Job, Taking } from "../hub.ts";
import { theHost } from "../subjects.ts";
import type { Connection } from "./connection.ts";
import { hubFault } from "./faults.ts";
import { parsed } from "./letters.ts";

export interface TakingParts<T> {
  onStrange: HubListeners["onStrange"] | undefined;
  onTrouble: HubListeners["onTrouble"] | undefined;
  consumer: Consumer;
  /** The consumer once more: the server may have lost it. */
  again: () => Promise<Consumer>;
  connection: Connection;
  bounds: HubBounds;
  schema: z.ZodType<T>;
  slots: number;
}

/** Pulls one job after the other while there is a free slot, so that what it cannot do yet stays there for others. */
export function taking<T>(parts: TakingParts<T>): Taking<T> {
  const { connection, bounds, schema, onStrange, onTrouble } = parts;
  const jobs = channel<Job<T>>();
  const over = new AbortController();
  const signal = AbortSignal.any([over.signal, connection.signal]);
  let { consumer, slots } = parts;
  let atWork = 0;
  let wake = Promise.withResolvers<void>();
  const stir = (): void => {
    wake.resolve();
    wake = Promise.withResolvers<void>();
  };
  let isNew = false;
  const link = connection.onLink((now) => {
    // The server that is back may have lost what it knew of this consumer.
    if (now === "up") isNew = true;
    stir();
  });
  signal.addEventListener("abort", stir, { once: true });

  const isUp = (): boolean => connection.link === "up";
  const free = (): void => {
    atWork -= 1;
    stir();
  };
  const give = (message: JsMsg): void => {
    // It was asked for before the slots had become fewer, or nobody takes any more.
    if (signal.aborted || atWork >= slots) return message.nak();
    const body = parsed(message.data, schema);
    const id = message.subject.split(".").at(-1) ?? "";
    if ("why" in body) {
      onStrange?.({ from: theHost, why: `job ${id}: ${body.why}`, head: clip(message.string().slice(0, 400), 200) });
      // A newer node may know it. It comes back until it has been given out too often.
      return message.nak(bounds.jobSilenceMs);
    }
    atWork += 1;
    jobs.push(jobOf(message, id, body.body, bounds, free, isUp));
  };
  /** Waits for one job; false: none has come. */
  const pullOne = async (): Promise<boolean> => {
    const messages = await consumer.fetch({ max_messages: 1, expires: bounds.jobSilenceMs });
    // The server that was asked may be another one now, or have forgotten.
    const turned = connection.onLink(() => messages.stop());
    try {
      for await (const message of messages) {
        give(message);
        return true;
      }
      return false;
    } finally {
      turned[Symbol.dispose]();
    }
  };
  const pull = async (): Promise<void> => {
    while (!signal.aborted) {
      const stirred = wake.promise;
      if (atWork >= slots || !isUp()) {
        await stirred;
        continue;
      }
      const began = performance.now();
      try {
        if (isNew) {
          isNew = false;
          consumer = await parts.again();
        }
        if (await pullOne()) continue;
        // A wait that ends at once, without a job, is a consumer that is not there.
        if (performance.now() - began > bounds.jobSilenceMs / 10 || !isUp()) continue;
      } catch (error) {
        if (isUp() && !signal.aborted) onTrouble?.(hubFault(error, "could not take a job"));
      }
      await pause(bounds.reconnectMs, signal);
      if (!signal.aborted) consumer = await parts.again().catch(() => consumer);
    }
    link[Symbol.dispose]();
    jobs.close();
  };
  void pull();

  return {
    jobs,
    setSlots(next) {
      slots = next;
      stir();
    },
    stop() {
      over.abort();
      jobs.close();
    },
  };
}

function jobOf<T>(
  message: JsMsg,
  id: string,
  body: T,
  bounds: HubBounds,
  free: () => void,
  isUp: () => boolean,
): Job<T> {
  let isOver = false;
  let heardAt = performance.now();
  // The server counts from when it has sent the job, and it was under way for a while before we could count.
  const silenceMs = bounds.jobSilenceMs * 0.8;
  /** Silent for so long that somebody else may have it: to end it would end theirs. */
  const isStale = (): boolean => performance.now() - heardAt > silenceMs;
  const end = (): boolean => {
    if (isOver) return false;
    isOver = true;
    free();
    return true;
  };
  return {
    id,
    body,
    delivery: message.info.deliveryCount,
    silenceMs,
    working() {
      if (isOver || !isUp() || isStale()) return;
      heardAt = performance.now();
      message.working();
    },
    async done() {
      if (!end() || isStale()) return false;
      // Without a word of the server it is given out again; whoever gets it is told by the host that it has an owner or is over.
      return await message.ackAck({ timeout: bounds.answerMs }).catch(() => false);
    },
    back(afterMs) {
      if (end() && !isStale()) message.nak(afterMs);
    },
  };
}
