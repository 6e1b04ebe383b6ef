import { readFile } from "node:fs/promises";
import { connect, type Socket } from "node:net";
import { connect as secure, type ConnectionOptions } from "node:tls";
import { z } from "zod";
import { errnoOf, messageOf } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import { serverIdentity, servernameOf } from "../hub/server-identity.ts";
import type { HubAccess } from "../hub/settings.ts";

/** What stands at an address, as far as it shows before anybody logs in. */
export type ServerLook =
  | { kind: "unreachable"; code: string; why: string }
  /** Something that does not greet as a NATS server does. */
  | { kind: "stranger"; said: string }
  | { kind: "server"; info: ServerGreeting; tls: TlsLook };

export type ServerGreeting = z.infer<typeof greetingSchema>;

export type TlsLook =
  | { kind: "none" }
  | { kind: "verified"; untilMs: number }
  | { kind: "refused"; code: string; why: string };

const greetingSchema = z.object({
  version: z.string().max(100),
  max_payload: z.int(),
  jetstream: z.boolean().optional(),
  tls_required: z.boolean().optional(),
  tls_available: z.boolean().optional(),
  /** It wants a certificate of ours. */
  tls_verify: z.boolean().optional(),
});

/** Hears the greeting of the server and looks at its certificate, then hangs up. Never rejects. */
export async function lookAtServer(url: URL, tls: HubAccess["tls"], signal: AbortSignal): Promise<ServerLook> {
  const host = url.hostname.replace(/^\[|\]$/g, "");
  const socket = connect({ host, port: Number(url.port === "" ? usualPort : url.port), signal });
  try {
    const greeting = await within(greetingOf(socket), signal);
    if (typeof greeting === "string") return { kind: "stranger", said: greeting };
    const isWanted = greeting.tls_required === true || (greeting.tls_available === true && tls !== undefined);
    if (!isWanted && tls === undefined) return { kind: "server", info: greeting, tls: { kind: "none" } };
    if (!isWanted) return { kind: "server", info: greeting, tls: withoutTls };
    // It hangs up on whoever comes without, after the handshake and without a word.
    if (greeting.tls_verify === true && tls?.cert === undefined)
      return { kind: "server", info: greeting, tls: withoutCertificate };
    return { kind: "server", info: greeting, tls: await within(certificateOf(socket, host, tls ?? {}), signal) };
  } catch (error) {
    return { kind: "unreachable", code: errnoOf(error) ?? "", why: messageOf(error) };
  } finally {
    socket.destroy();
  }
}

const usualPort = 4222;

const withoutTls: TlsLook = { kind: "refused", code: "NO_TLS", why: "it speaks without TLS" };
const withoutCertificate: TlsLook = { kind: "refused", code: "NO_CERT", why: "it wants a certificate of ours" };

/** The first line that comes; text that is no greeting as it is. */
function greetingOf(socket: Socket): Promise<ServerGreeting | string> {
  let said = "";
  return new Promise((resolve, reject) => {
    const hear = (bytes: Buffer): void => {
      said += bytes.toString("latin1");
      const end = said.indexOf("\n");
      if (end === -1 && said.length < mostSaid) return;
      socket.off("data", hear).pause();
      const greeting = /^INFO (.*)/.exec(said)?.[1];
      resolve((greeting === undefined ? undefined : read(greeting)) ?? oneLine(said, 100));
    };
    socket.on("data", hear);
    socket.once("error", reject);
    socket.once("end", () => resolve(oneLine(said, 100)));
  });
}

/** A server of a large cluster tells of all its members. */
const mostSaid = 65_536;

function read(greeting: string): ServerGreeting | undefined {
  try {
    const raw: unknown = JSON.parse(greeting);
    return greetingSchema.safeParse(raw).data;
  } catch {
    return undefined; // Not of our words, which is told.
  }
}

async function certificateOf(socket: Socket, host: string, files: NonNullable<HubAccess["tls"]>): Promise<TlsLook> {
  const text = async (path: string | undefined): Promise<Buffer | undefined> =>
    path === undefined ? undefined : await readFile(path);
  const [ca, cert, key] = await Promise.all([text(files.ca), text(files.cert), text(files.key)]);
  const options: ConnectionOptions = {
    socket,
    ...servernameOf(host),
    ...serverIdentity,
    // What is wrong with it is told, and it is not spoken to.
    rejectUnauthorized: false,
    ...(ca === undefined ? {} : { ca }),
    ...(cert === undefined ? {} : { cert }),
    ...(key === undefined ? {} : { key }),
  };
  return new Promise((resolve) => {
    const refuse = (error: unknown): void =>
      resolve({ kind: "refused", code: errnoOf(error) ?? "", why: messageOf(error) });
    try {
      const connection = secure(options, () => {
        const untilMs = Date.parse(connection.getPeerCertificate().valid_to);
        // Of the type Error, says the documentation of Node; it is the code of one, at times.
        const problem: unknown = connection.authorizationError;
        resolve(
          connection.authorized
            ? { kind: "verified", untilMs }
            : {
                kind: "refused",
                code: typeof problem === "string" ? problem : (errnoOf(problem) ?? ""),
                why: String(problem),
              },
        );
      });
      connection.on("error", refuse);
    } catch (error) {
      refuse(error);
    }
  });
}

/** What is still waited for when nobody waits any more is told as an address that does not answer. */
async function within<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const late = Promise.withResolvers<never>();
  const stop = (): void => late.reject(new Error("it does not answer"));
  signal.addEventListener("abort", stop, { once: true });
  try {
    return await Promise.race([work, late.promise]);
  } finally {
    signal.removeEventListener("abort", stop);
  }
}
