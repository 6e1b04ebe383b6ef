import type { JetStreamClient } from "@nats-io/jetstream";
import type { ObjectInfo, ObjectStore } from "@nats-io/obj";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open, rename, rm, stat } from "node:fs/promises";
import { Readable } from "node:stream";
import { errnoOf, Fault, messageOf } from "../../../base/fault.ts";
import { showBytes } from "../../../base/units.ts";
import type { HubBounds } from "../bounds.ts";
import type { Thing, Things } from "../hub.ts";
import type { Subjects } from "../subjects.ts";
import { codeOf, hubFault, jetstreamCodes } from "./faults.ts";

export interface ThingsParts {
  jetstream: JetStreamClient;
  store: ObjectStore;
  subjects: Subjects;
  bounds: HubBounds;
}

/** Files in the object store, piece by piece in both directions. */
export function natsThings({ jetstream, store, subjects, bounds }: ThingsParts): Things {
  return {
    async put(name, file) {
      const doing = `could not put ${name} into the store of things`;
      const { size } = await stat(file).catch((error: unknown) => {
        throw fileFault(error, doing, file);
      });
      if (size > bounds.thingBytes) throw tooLarge(name, size, bounds.thingBytes);
      const content = createReadStream(file);
      try {
        // The types of Node's web streams and of the ones of the browser differ in what we do not use.
        const stream = Readable.toWeb(content) as ReadableStream<Uint8Array>;
        return thingOf(await store.put({ name }, stream, { timeout: bounds.answerMs }));
      } catch (error) {
        if (errnoOf(error) !== undefined && !content.readableEnded && content.errored !== null)
          throw fileFault(error, doing, file);
        throw hubFault(error, doing);
      } finally {
        content.destroy();
      }
    },
    async get(name, file, expected = {}) {
      const doing = `could not get ${name} from the store of things`;
      const info = await infoOf(name, doing);
      if (info === undefined)
        throw new Fault("refused", "hub.no_thing", `${doing}: it is not there`, {
          facts: { name },
          hint: "It may be too old, and dropped. Have it put there again.",
        });
      const thing = thingOf(info);
      const most = Math.min(expected.mostBytes ?? Infinity, bounds.thingBytes);
      if (info.size > most) throw tooLarge(name, info.size, most);
      if (expected.sha256 !== undefined && expected.sha256 !== thing.sha256) throw corrupt(doing, name);
      const draft = `${file}.${process.pid}-${info.nuid}.tmp`;
      try {
        await fetched(info, draft, doing);
        await rename(draft, file).catch((error: unknown) => {
          throw fileFault(error, doing, file);
        });
      } catch (error) {
        await rm(draft, { force: true });
        throw hubFault(error, doing);
      }
      return thing;
    },
    async remove(name) {
      const doing = `could not take ${name} out of the store of things`;
      if ((await infoOf(name, doing)) === undefined) return false;
      try {
        await store.delete(name);
        return true;
      } catch (error) {
        throw hubFault(error, doing);
      }
    },
  };

  async function infoOf(name: string, doing: string): Promise<ObjectInfo | undefined> {
    try {
      const info = await store.info(name);
      return info === null || info.deleted ? undefined : info;
    } catch (error) {
      if (codeOf(error) === jetstreamCodes.noMessage) return undefined;
      throw hubFault(error, doing);
    }
  }

  /**
   * The pieces are pulled as fast as the disk takes them. (The client's own `get` is pushed to, keeps all in memory that the disk has
   * not taken yet, and waits for ever for a last piece that was lost.)
   */
  async function fetched(info: ObjectInfo, draft: string, doing: string): Promise<void> {
    const out = await open(draft, "wx", 0o600).catch((error: unknown) => {
      throw fileFault(error, doing, draft);
    });
    const hash = createHash("sha256");
    try {
      if (info.size > 0) {
        const stream = `OBJ_${subjects.thingBucket}`;
        const consumer = await jetstream.consumers.get(stream, {
          filter_subjects: `$O.${subjects.thingBucket}.C.${info.nuid}`,
          inactive_threshold: 60_000,
        });
        let chunks = 0;
        let bytes = 0;
        while (chunks < info.chunks) {
          const before = chunks;
          const pieces = await consumer.fetch({
            max_messages: Math.min(atOnce, info.chunks - chunks),
            expires: bounds.answerMs,
          });
          for await (const piece of pieces) {
            chunks += 1;
            bytes += piece.data.length;
            if (bytes > info.size) throw corrupt(doing, info.name);
            hash.update(piece.data);
            await out.write(piece.data).catch((error: unknown) => {
              throw fileFault(error, doing, draft);
            });
          }
          if (chunks === before)
            throw new Fault(
              "setup",
              "hub.thing_incomplete",
              `${doing}: ${info.chunks - chunks} of ${info.chunks} pieces did not come`,
              {
                hint: "Try again. If it stays so, it was dropped because of its age: have it put there again.",
              },
            );
        }
      }
      if (hash.digest("base64url") !== digestOf(info)) throw corrupt(doing, info.name);
      await out.sync();
    } finally {
      await out.close();
    }
  }
}

/** Pieces that are asked for at once. */
const atOnce = 16;

/** "SHA-256=" and the bytes in base64url, with padding. */
const digestOf = ({ digest }: ObjectInfo): string => digest.replace(/^SHA-256=/, "").replace(/=+$/, "");

const thingOf = (info: ObjectInfo): Thing => ({
  name: info.name,
  bytes: info.size,
  sha256: Buffer.from(digestOf(info), "base64url").toString("hex"),
});

const tooLarge = (name: string, bytes: number, most: number): Fault =>
  new Fault("refused", "hub.thing_too_large", `${name} has ${showBytes(bytes)}, and ${showBytes(most)} are the bound`, {
    facts: { name, bytes, most },
    hint: "Leave large files out of the workspace, or use a path that both machines share.",
  });

const corrupt = (doing: string, name: string): Fault =>
  new Fault("refused", "hub.thing_corrupt", `${doing}: it is not what was put there`, {
    facts: { name },
    hint: "Have it put there again.",
  });

const fileFault = (error: unknown, doing: string, path: string): Fault =>
  new Fault("storage", "hub.file", `${doing}: ${messageOf(error)}`, {
    facts: { path },
    hint: "Check the path, its permissions, and the room on the disk.",
    cause: error,
  });
