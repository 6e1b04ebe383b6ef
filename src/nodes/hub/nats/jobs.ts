import { AckPolicy, DeliverPolicy, ReplayPolicy, type Consumer, type JetStreamClient } from "@nats-io/jetstream";
import { nanos } from "@nats-io/nats-core";
import { z } from "zod";
import { Fault } from "../../../base/fault.ts";
import type { HubBounds } from "../bounds.ts";
import type { HubListeners, Jobs } from "../hub.ts";
import { named, type Subjects } from "../subjects.ts";
import type { Connection } from "./connection.ts";
import { codeOf, hubFault, jetstreamCodes } from "./faults.ts";
import { guarded } from "./guarded.ts";
import { parsed } from "./letters.ts";
import { taking } from "./taking.ts";

export interface JobsParts extends Pick<HubListeners, "onStrange" | "onTrouble"> {
  connection: Connection;
  jetstream: JetStreamClient;
  subjects: Subjects;
  bounds: HubBounds;
}

/** The work queue: one subject a job, so that a job can be known and taken out by its id, and one consumer a pool. */
export function natsJobs({ connection, jetstream, subjects, bounds, onStrange, onTrouble }: JobsParts): Jobs {
  const { manager, nats } = connection;
  const stream = subjects.jobStream;

  const consumerOf = async (pool: string): Promise<Consumer> => {
    const name = `pool-${named("pool", pool)}`;
    const wanted = {
      durable_name: name,
      filter_subject: subjects.jobsOf(pool),
      ack_policy: AckPolicy.Explicit,
      deliver_policy: DeliverPolicy.All,
      replay_policy: ReplayPolicy.Instant,
      ack_wait: nanos(bounds.jobSilenceMs),
      max_deliver: bounds.jobDeliveries,
      max_ack_pending: -1,
    };
    try {
      // One that is there with the same settings stays as it is; with others, it gets these.
      await manager.consumers.add(stream, wanted);
      if (await isStuck(pool, name)) {
        await manager.consumers.delete(stream, name);
        await manager.consumers.add(stream, wanted);
      }
      return await jetstream.consumers.get(stream, name);
    } catch (error) {
      throw hubFault(error, `could not take jobs of the pool ${pool}`);
    }
  };

  /**
   * A server that was killed while the queue was empty may count its messages from the beginning again (2.9), but remember how far the consumer was:
   * then that gives out nothing more until the numbers are as high.
   */
  const isStuck = async (pool: string, name: string): Promise<boolean> => {
    const { state } = await manager.streams.info(stream, { subjects_filter: subjects.jobsOf(pool) });
    const { delivered, num_pending, num_ack_pending } = await manager.consumers.info(stream, name);
    const there = Object.values(state.subjects ?? {}).reduce((sum, some) => sum + some, 0);
    return delivered.stream_seq > state.last_seq || there > num_pending + num_ack_pending;
  };

  return {
    async offer(pool, { id, body }) {
      const subject = subjects.job(pool, id);
      const bytes = Buffer.from(JSON.stringify(body));
      if (bytes.length + roomForHead > bounds.jobBytes)
        throw new Fault(
          "refused",
          "hub.job_too_large",
          `the job ${id} has ${bytes.length} bytes, and ${bounds.jobBytes} are the bound`,
          {
            hint: "Put what is large into the store of things, and its name into the job.",
          },
        );
      if (connection.link === "down")
        throw new Fault("setup", "hub.down", `could not offer the job ${id}: the link to the hub is down`, {
          hint: "It is tried again by itself.",
        });
      try {
        const { duplicate } = await jetstream.publish(subject, bytes, {
          msgID: `${pool}/${id}`,
          expect: { lastSubjectSequence: 0 },
          timeout: bounds.answerMs,
        });
        return { isNew: !duplicate };
      } catch (error) {
        const code = codeOf(error);
        if (code === jetstreamCodes.wrongLastSequence || code === jetstreamCodes.wrongLastSequenceUnknown)
          return { isNew: false };
        throw hubFault(error, `could not offer the job ${id}`);
      }
    },
    async withdraw(pool, id) {
      try {
        const { purged } = await manager.streams.purge(stream, { filter: subjects.job(pool, id) });
        return purged > 0;
      } catch (error) {
        throw hubFault(error, `could not take the job ${id} out of the queue`);
      }
    },
    async take(pool, schema, slots) {
      return taking({
        consumer: await consumerOf(pool),
        again: () => consumerOf(pool),
        connection,
        bounds,
        schema,
        slots,
        onStrange,
        onTrouble,
      });
    },
    onGivenUp(listener) {
      const subscription = nats.subscribe(`$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${stream}.*`, {
        callback: guarded((message) => {
          const advisory = parsed(message.data, advisorySchema);
          if ("why" in advisory) return;
          const { stream_seq, deliveries } = advisory.body;
          const takeOut = async (): Promise<void> => {
            try {
              const stored = await manager.streams.getMessage(stream, { seq: stream_seq });
              const [id = "", pool = ""] = stored?.subject.split(".").reverse() ?? [];
              // It would lie there for nobody until it is too old.
              if (stored === null || !(await manager.streams.deleteMessage(stream, stream_seq))) return;
              listener({ pool, id, deliveries });
            } catch (error) {
              // Another listener has taken it out, or somebody was done with it after all.
              if (codeOf(error) !== jetstreamCodes.noMessage) onTrouble?.(hubFault(error, "could not give a job up"));
            }
          };
          void takeOut();
        }, onTrouble),
      });
      return { [Symbol.dispose]: () => subscription.unsubscribe() };
    },
  };
}

const advisorySchema = z.object({ stream_seq: z.int(), deliveries: z.int() });

/** Subject and headers count for the bound of a message, bytes. */
const roomForHead = 1024;
