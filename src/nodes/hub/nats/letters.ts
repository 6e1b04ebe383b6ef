import { headers, type Msg } from "@nats-io/nats-core";
import { randomBytes } from "node:crypto";
import { messageOf } from "../../../base/fault.ts";
import { clip } from "../../../base/text.ts";
import type { HubBounds } from "../bounds.ts";
import type { HubListeners, Letters } from "../hub.ts";
import { joiner, readPart, split, writePart } from "../parts.ts";
import type { Party, Subjects } from "../subjects.ts";
import type { Connection } from "./connection.ts";
import { guarded } from "./guarded.ts";

export interface LettersParts extends Pick<HubListeners, "onStrange" | "onTrouble"> {
  connection: Connection;
  subjects: Subjects;
  me: Party;
  bounds: HubBounds;
}

/** Letters by plain publishing: nothing of them is kept on the server. */
export function natsLetters({ connection, subjects, me, bounds, onStrange, onTrouble }: LettersParts): Letters {
  const { nats } = connection;
  const life = randomBytes(6).toString("hex");
  const outbound = countOutbound(connection);
  let letters = 0;

  return {
    send(to, letter) {
      const subject = subjects.letters.write(me, to);
      if (connection.link === "down" || nats.isClosed()) return "down";
      const bytes = Buffer.from(JSON.stringify(letter));
      if (bytes.length > bounds.letterBytes) return "too_large";
      // One letter may always go, however long it is.
      if (outbound.bytes > 0 && outbound.bytes + bytes.length > bounds.outboundBytes) return "full";
      const most = (nats.info?.max_payload ?? leastPayload) - roomForHead;
      if (bytes.length <= most) nats.publish(subject, bytes);
      else {
        letters += 1;
        for (const { index, count, bytes: some } of split(bytes, most)) {
          const head = headers();
          head.set(partHeader, writePart({ letter: `${life}-${letters}`, index, count }));
          nats.publish(subject, some, { headers: head });
        }
      }
      outbound.add(bytes.length);
      return "sent";
    },
    listen(schema, take) {
      const strange = (from: Party, why: string, bytes: Uint8Array = new Uint8Array()): void =>
        onStrange?.({ from, why, head: clip(Buffer.from(bytes.subarray(0, 400)).toString(), 200) });
      const parts = joiner(bounds.letterBytes, bounds.partsBytes, (from, why) => strange(from, why));
      const link = connection.onLink(() => parts.clear());
      const whole = (from: Party, message: Msg): Uint8Array | undefined => {
        const head = message.headers?.get(partHeader) ?? "";
        if (head === "") return message.data;
        const part = readPart(head);
        if (part !== undefined) return parts.take(from, part, message.data);
        strange(from, "a part of a letter without a proper head", message.data);
        return undefined;
      };
      const subscription = nats.subscribe(subjects.letters.read(me), {
        callback: guarded((message) => {
          const from = subjects.speaker(message.subject, me);
          const bytes = whole(from, message);
          if (bytes === undefined) return;
          const letter = parsed(bytes, schema);
          if ("why" in letter) strange(from, letter.why, bytes);
          else take(letter.body, from);
        }, onTrouble),
      });
      return {
        [Symbol.dispose]() {
          link[Symbol.dispose]();
          subscription.unsubscribe();
        },
      };
    },
  };
}

/** JSON that fits a schema, or why not. */
export function parsed<T>(
  bytes: Uint8Array,
  schema: { safeParse: (raw: unknown) => { success: true; data: T } | { success: false; error: Error } },
): { body: T } | { why: string } {
  try {
    const raw: unknown = JSON.parse(Buffer.from(bytes).toString());
    const result = schema.safeParse(raw);
    return result.success ? { body: result.data } : { why: clip(result.error.message, 300) };
  } catch (error) {
    return { why: `not JSON: ${clip(messageOf(error), 200)}` };
  }
}

/** The head of a message that is a part of a letter. */
export const partHeader = "Cyberdeck-Part";
/** What the head of a part may need, bytes. */
const roomForHead = 256;
/** A server that does not say how much it carries, bytes; none of today's is so small. */
const leastPayload = 65_536;

/** How much the server has not said that it has. It answers a ping after all that was said before. */
function countOutbound(connection: Connection): { readonly bytes: number; add: (bytes: number) => void } {
  let under = 0;
  let asked = 0;
  let epoch = 0;
  let isAsking = false;
  connection.onLink(() => {
    // What was under way is gone with the link.
    under = 0;
    epoch += 1;
  });
  const ask = async (): Promise<void> => {
    isAsking = true;
    const at = epoch;
    asked = under;
    try {
      await connection.nats.flush();
      if (at === epoch) under -= asked;
    } catch {
      // The link is down, which is told, and forgets what was under way.
    }
    isAsking = false;
    if (under > 0 && connection.link === "up") void ask();
  };
  return {
    get bytes() {
      return under;
    },
    add(bytes) {
      under += bytes;
      if (!isAsking) void ask();
    },
  };
}
