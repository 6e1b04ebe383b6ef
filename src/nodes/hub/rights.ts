import type { Rights } from "./probe.ts";
import { subjectsOf, theHost, type Party } from "./subjects.ts";

/** A name that nobody has who listens: what is said to it for a try is heard by nobody. */
const nobody = "doctor-tries";

/** What the host of a fleet must be permitted, with names for a try in the places of nodes. */
export function hostRights(fleet: string): Rights {
  const { letters, questions, job, jobStream, registryBucket, thingBucket } = subjectsOf(fleet);
  const [registry, things] = [`KV_${registryBucket}`, `OBJ_${thingBucket}`];
  return {
    publish: [
      letters.write(theHost, nobody),
      questions.write(theHost, nobody, nobody),
      job(nobody, nobody),
      "$JS.API.INFO",
      ...[jobStream, registry, things].flatMap((name) => [
        `$JS.API.STREAM.CREATE.${name}`,
        `$JS.API.STREAM.INFO.${name}`,
      ]),
      `$JS.API.STREAM.PURGE.${jobStream}`,
      `$JS.API.STREAM.MSG.GET.${jobStream}`,
      `$JS.API.STREAM.MSG.DELETE.${jobStream}`,
      `$JS.API.CONSUMER.CREATE.${registry}`,
      `$JS.API.STREAM.MSG.GET.${registry}`,
      `$KV.${registryBucket}.${theHost}`,
      ...thingRights(thingBucket),
    ],
    subscribe: [
      letters.read(theHost),
      questions.read(theHost, nobody),
      `$JS.EVENT.ADVISORY.CONSUMER.MAX_DELIVERIES.${jobStream}.*`,
    ],
  };
}

/** What a node must be permitted that takes its work from this pool. */
export function nodeRights(fleet: string, node: Party, pool: string): Rights {
  const { letters, questions, jobStream, registryBucket, thingBucket } = subjectsOf(fleet);
  const consumer = `${jobStream}.pool-${pool}`;
  return {
    publish: [
      letters.write(node, theHost),
      questions.write(node, theHost, nobody),
      `$KV.${registryBucket}.${node}`,
      "$JS.API.INFO",
      `$JS.API.STREAM.INFO.${jobStream}`,
      `$JS.API.STREAM.INFO.KV_${registryBucket}`,
      `$JS.API.STREAM.MSG.GET.KV_${registryBucket}`,
      `$JS.API.CONSUMER.INFO.${consumer}`,
      // Only tried with a body: the API refuses it, and nothing is removed.
      `$JS.API.CONSUMER.DELETE.${consumer}`,
      `$JS.API.CONSUMER.MSG.NEXT.${consumer}`,
      `$JS.ACK.${consumer}.${nobody}`,
      ...thingRights(thingBucket),
    ],
    subscribe: [letters.read(node), questions.read(node, nobody)],
  };
}

/** What only the host may say. Whoever else may it could speak for the host. */
export const rightsOfHostAlone = (fleet: string): Rights => {
  const { letters, registryBucket } = subjectsOf(fleet);
  return { publish: [letters.write(theHost, nobody), `$KV.${registryBucket}.${theHost}`], subscribe: [] };
};

const thingRights = (bucket: string): string[] => [
  `$O.${bucket}.C.${nobody}`,
  `$JS.API.STREAM.INFO.OBJ_${bucket}`,
  `$JS.API.STREAM.MSG.GET.OBJ_${bucket}`,
  `$JS.API.STREAM.PURGE.OBJ_${bucket}`,
];
