import type { IncomingMessage } from "node:http";
import { Fault } from "../../base/fault.ts";

/**
 * The text of a request. Rejects when it is longer than the cap, as soon as that is known, and when it is no UTF-8; a
 * visitor that leaves before its end gets no answer.
 * @param cap bytes
 * @param ms how long it may take
 */
export async function readBody(request: IncomingMessage, cap: number, ms: number): Promise<string> {
  if (Number(request.headers["content-length"] ?? 0) > cap) throw tooLong(cap);
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const parts: Buffer[] = [];
  let held = 0;
  const late = setTimeout(() => reject(tooLate(ms)), ms);
  const take = (chunk: Buffer): void => {
    held += chunk.length;
    if (held > cap) reject(tooLong(cap));
    else parts.push(chunk);
  };
  request.on("data", take);
  request.once("end", resolve);
  request.once("close", () => reject(new Fault("usage", "door.left", "the visitor has left before the end")));
  try {
    await promise;
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(parts));
  } catch (error) {
    if (error instanceof Fault) throw error;
    throw new Fault("usage", "door.bad_request", "the body is no UTF-8", { hint: "Send JSON as UTF-8.", cause: error });
  } finally {
    clearTimeout(late);
    request.off("data", take);
  }
}

const tooLong = (cap: number): Fault =>
  new Fault("usage", "door.too_long", `a request may have ${cap} bytes, and this one has more`, {
    facts: { cap },
    hint: "Put long material into a file of the workspace, and name that.",
  });

const tooLate = (ms: number): Fault =>
  new Fault("usage", "door.too_late", "the body of the request has not come in time", {
    hint: `Send all of it within ${ms} ms.`,
  });
