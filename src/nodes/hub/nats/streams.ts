import {
  DiscardPolicy,
  RetentionPolicy,
  StorageType,
  type JetStreamManager,
  type StreamConfig,
} from "@nats-io/jetstream";
import { nanos } from "@nats-io/nats-core";
import { Fault } from "../../../base/fault.ts";
import type { HubBounds } from "../bounds.ts";
import type { Subjects } from "../subjects.ts";
import { codeOf, hubFault, jetstreamCodes } from "./faults.ts";

/** The settings of our streams, all of them that we count on. */
export type Wanted = Pick<StreamConfig, (typeof counted)[number]> & { name: string };

const counted = [
  "subjects",
  "retention",
  "storage",
  "discard",
  "max_bytes",
  "max_age",
  "max_msg_size",
  "max_msgs_per_subject",
  "duplicate_window",
  "allow_rollup_hdrs",
] as const;

export function streamsOf(subjects: Subjects, bounds: HubBounds): Record<"jobs" | "registry" | "things", Wanted> {
  const usual = { storage: StorageType.File, discard: DiscardPolicy.New, max_msgs_per_subject: -1, max_msg_size: -1 };
  /** The server refuses one that is longer than what is kept. */
  const memoryOf = (ageMs: number): number => nanos(Math.min(bounds.jobMemoryMs, ageMs));
  const limits = { ...usual, retention: RetentionPolicy.Limits, allow_rollup_hdrs: true };
  return {
    jobs: {
      ...usual,
      name: subjects.jobStream,
      subjects: [subjects.allJobs],
      retention: RetentionPolicy.Workqueue,
      max_bytes: bounds.queueBytes,
      max_age: nanos(bounds.queueAgeMs),
      duplicate_window: memoryOf(bounds.queueAgeMs),
      max_msg_size: bounds.jobBytes,
      allow_rollup_hdrs: false,
    },
    // The two are as the clients of KV buckets and object stores expect them.
    registry: {
      ...limits,
      name: `KV_${subjects.registryBucket}`,
      subjects: [`$KV.${subjects.registryBucket}.>`],
      max_bytes: registryBytes,
      max_age: nanos(bounds.entryMs),
      duplicate_window: memoryOf(bounds.entryMs),
      max_msgs_per_subject: 1,
    },
    things: {
      ...limits,
      name: `OBJ_${subjects.thingBucket}`,
      subjects: [`$O.${subjects.thingBucket}.C.>`, `$O.${subjects.thingBucket}.M.>`],
      max_bytes: bounds.thingsBytes,
      max_age: nanos(bounds.thingAgeMs),
      duplicate_window: memoryOf(bounds.thingAgeMs),
    },
  };
}

/** Makes a stream unless it is there. One that is there with other settings is not touched: that is told. */
export async function putInPlace(manager: JetStreamManager, wanted: Wanted): Promise<void> {
  const found = await configOf(manager, wanted.name);
  if (found === undefined) {
    try {
      await manager.streams.add(wanted);
      return;
    } catch (error) {
      // Somebody else of the fleet was first.
      if (codeOf(error) !== jetstreamCodes.streamNameInUse)
        throw hubFault(error, `could not make the stream ${wanted.name}`);
    }
  }
  const there = found ?? (await configOf(manager, wanted.name));
  const differs = there === undefined ? ["it is gone again"] : differences(there, wanted);
  if (differs.length > 0)
    throw new Fault(
      "setup",
      "hub.stream_differs",
      `the stream ${wanted.name} on the NATS server has other settings than this version of Cyberdeck wants: ${differs.join("; ")}`,
      {
        facts: { stream: wanted.name, differs },
        hint: `Use the same version and settings on all machines. If the stream is an old one, stop the fleet and remove it: nats stream rm ${wanted.name}`,
      },
    );
}

/** What a stream has otherwise than it is wanted, in words. */
export const differences = (there: StreamConfig, wanted: Wanted): string[] =>
  counted
    .filter((key) => JSON.stringify(there[key] ?? false) !== JSON.stringify(wanted[key]))
    .map((key) => `${key} is ${JSON.stringify(there[key])}, not ${JSON.stringify(wanted[key])}`);

/** Room for the entries of some ten thousand nodes. */
const registryBytes = 32_000_000;

async function configOf(manager: JetStreamManager, name: string): Promise<StreamConfig | undefined> {
  try {
    return (await manager.streams.info(name)).config;
  } catch (error) {
    if (codeOf(error) === jetstreamCodes.streamNotFound) return undefined;
    throw hubFault(error, `could not look at the stream ${name}`);
  }
}
