import { createHash, timingSafeEqual } from "node:crypto";
import type { IncomingMessage } from "node:http";
import { Fault } from "../../base/fault.ts";
import { deckHeader, wireHeader, wireVersion, type Greeting } from "./wire.ts";

/** Throws when a request may not come in. Each way in has its own. */
export type Guard = (request: IncomingMessage) => void;

/** For the socket: its mode lets in nobody but the deck's user. */
export const socketGuard: Guard = refuseForeign;

/** For loopback, where every user and every web page of this machine can knock: whoever has the token. */
export function tokenGuard(token: string): Guard {
  const expected = digest(`Bearer ${token}`);
  return (request) => {
    refuseForeign(request);
    if (timingSafeEqual(digest(request.headers.authorization ?? ""), expected)) return;
    throw new Fault("refused", "door.no_token", "this needs the token of the deck", {
      hint: "Send it as `Authorization: Bearer TOKEN`. It is in the file http.json in the deck's home.",
    });
  };
}

/** Digests have one length, so that comparing them tells nothing about the token, not even its length. */
const digest = (text: string): Buffer => createHash("sha256").update(text).digest();

/**
 * A web page can have its own name lead to 127.0.0.1, or send requests across sites: the first shows in the host, the
 * second in the origin.
 */
function refuseForeign({ headers, headersDistinct }: IncomingMessage): void {
  const { host, origin } = headers;
  if (host === undefined || headersDistinct["host"]?.length !== 1 || !isLoopback.test(host))
    throw new Fault("refused", "door.foreign_host", "the Host of this request is not this machine", {
      hint: "Use an address such as http://127.0.0.1:PORT, as it stands in http.json.",
    });
  const site = headers["sec-fetch-site"];
  const isForeign = origin !== undefined && origin.toLowerCase() !== `http://${host.toLowerCase()}`;
  if (!isForeign && (site === undefined || site === "same-origin" || site === "none")) return;
  throw new Fault("refused", "door.foreign_origin", "this request comes from a page of another site", {
    hint: "Ask from a program, or from a page that the deck itself has served.",
  });
}

const isLoopback = /^(?:localhost|127\.0\.0\.1|\[::1\])(?::\d{1,5})?$/i;

/** Throws when the visitor speaks another version, or means another deck. Who names neither takes what there is. */
export function refuseStranger({ headers }: IncomingMessage, { deck, pid, instance }: Greeting): void {
  const version = headers[wireHeader];
  if (version !== undefined && version !== String(wireVersion))
    throw new Fault(
      "usage",
      "door.other_version",
      `this deck speaks version ${wireVersion}, not ${String(version).slice(0, 20)}`,
      {
        facts: { deck, pid },
        hint: "Use the cyberdeck that started this deck, or end that one and start it again.",
      },
    );
  const meant = headers[deckHeader];
  if (meant !== undefined && meant !== instance)
    throw new Fault("refused", "door.other_deck", "the deck that you mean has ended; this is another one", {
      facts: { deck, pid },
      hint: "Connect anew.",
    });
}

/** Throws when a body is not sent as JSON: a form of a web page can send anything else without asking first. */
export function refuseNoJson({ headers }: IncomingMessage): void {
  if (/^application\/json\s*(?:;|$)/i.test(headers["content-type"] ?? "")) return;
  throw new Fault("usage", "door.bad_media", "a command is sent as JSON", {
    hint: "Send the header `Content-Type: application/json`.",
  });
}
