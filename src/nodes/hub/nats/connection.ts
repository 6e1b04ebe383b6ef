import { jetstreamManager, type JetStreamManager } from "@nats-io/jetstream";
import { connect, nkeyAuthenticator, type ConnectionOptions, type NatsConnection } from "@nats-io/transport-node";
import { pause } from "../../../base/clock.ts";
import { errnoOf, Fault } from "../../../base/fault.ts";
import type { HubBounds } from "../bounds.ts";
import type { HubListeners, Link } from "../hub.ts";
import { serverIdentity } from "../server-identity.ts";
import type { HubAccess } from "../settings.ts";
import { inboxOf } from "../subjects.ts";
import { hubFault } from "./faults.ts";

/** The connection to a server, and what of it changes. */
export interface Connection {
  readonly nats: NatsConnection;
  readonly manager: JetStreamManager;
  readonly link: Link;
  /** Calls at each change of the link. */
  onLink(listener: (link: Link) => void): Disposable;
  readonly signal: AbortSignal;
  readonly closed: Promise<Fault | undefined>;
  close(): Promise<void>;
}

export async function openConnection(
  access: HubAccess,
  me: string,
  bounds: HubBounds,
  { onLink, onTrouble }: Pick<HubListeners, "onLink" | "onTrouble">,
): Promise<Connection> {
  const nats = await dial(access, me, bounds);
  const manager = await checked(nats, bounds);
  const listeners = new Set<(link: Link) => void>();
  if (onLink !== undefined) listeners.add(onLink);
  const over = new AbortController();
  let link: Link = "up";
  let isOurs = false;

  const turn = (next: Link): void => {
    if (link === next) return;
    link = next;
    for (const listener of listeners) listener(next);
  };
  const follow = async (): Promise<void> => {
    for await (const status of nats.status())
      if (status.type === "disconnect") turn("down");
      else if (status.type === "reconnect") turn("up");
      else if (status.type === "error") onTrouble?.(hubFault(status.error, "the NATS server has refused something"));
  };
  const closed = Promise.all([nats.closed(), follow()]).then(([error]) => {
    turn("down");
    over.abort();
    return isOurs || error === undefined ? undefined : hubFault(error, "the hub is lost");
  });

  return {
    nats,
    manager,
    get link() {
      return link;
    },
    onLink(listener) {
      listeners.add(listener);
      return { [Symbol.dispose]: () => void listeners.delete(listener) };
    },
    signal: over.signal,
    closed,
    async close() {
      isOurs = true;
      // What was just said is still with us.
      if (link === "up") await Promise.race([nats.flush().catch(() => undefined), pause(closeMs, over.signal)]);
      turn("down");
      await nats.close();
      await closed;
    },
  };
}

/** The longest that a server which does not answer holds up a close, milliseconds. */
const closeMs = 500;
/** The first one with what we use: headers, JetStream with per-subject expectations, and consumers by name. */
const oldest = [2, 9];

/** Connects and logs in; nothing of what the server has is looked at. */
export async function dial(access: HubAccess, me: string, bounds: HubBounds): Promise<NatsConnection> {
  const { reconnectMs } = bounds;
  const options: ConnectionOptions = {
    servers: access.urls.map((url) => new URL(url).host),
    name: `cyberdeck ${access.fleet} ${me}`,
    timeout: bounds.answerMs,
    // Answers to one are for nobody else's ears: the permissions of NATS can tell them apart by this.
    inboxPrefix: inboxOf(access.fleet, me),
    pingInterval: bounds.pingMs,
    maxPingOut: 2,
    maxReconnectAttempts: -1,
    // A server that refuses us now may be one whose settings are being changed.
    ignoreAuthErrorAbort: true,
    // Not all nodes of a fleet at once, when its server is back.
    reconnectDelayHandler: () => Math.ceil(reconnectMs * (0.5 + Math.random() / 2)),
    ...login(access),
    ...(access.tls === undefined ? {} : { tls: tlsOf(access.tls) }),
  };
  try {
    return await connect(options).catch((error: unknown) => {
      // Where nothing is said of TLS and the server wants it, the client has no check of ours.
      if (access.tls === undefined && errnoOf(error) === "ERR_TLS_CERT_ALTNAME_INVALID")
        return connect({ ...options, tls: tlsOf({}) });
      throw error;
    });
  } catch (error) {
    const fault = hubFault(error, `could not open the hub at ${access.urls.join(", ")}`);
    // A server that wants a certificate of ours hangs up in a moment in which the client does not notice.
    if (fault.code !== "hub.no_answer" || access.tls === undefined || access.tls.cert !== undefined) throw fault;
    throw new Fault("setup", "hub.tls", `${fault.message}; it may want a certificate of ours`, {
      hint: "Set tls.cert and tls.key in hub.json (--tls-cert, --tls-key), if its settings say verify: true. If not, check the network.",
      cause: error,
    });
  }
}

/** A server that does not have what we need is refused now, not when work is under way. */
async function checked(nats: NatsConnection, bounds: HubBounds): Promise<JetStreamManager> {
  const where = nats.getServer();
  try {
    const version = nats.info?.version ?? "0";
    const [major = 0, minor = 0] = version.split(".").map(Number);
    if (major < (oldest[0] ?? 0) || (major === oldest[0] && minor < (oldest[1] ?? 0)))
      throw new Fault("setup", "hub.too_old", `the NATS server at ${where} is too old: ${version}`, {
        facts: { version },
        hint: `Install nats-server ${oldest.join(".")} or newer; 2.12 is recommended.`,
      });
    return await jetstreamManager(nats, { timeout: bounds.answerMs });
  } catch (error) {
    await nats.close();
    throw hubFault(error, `the hub at ${where} cannot be used`);
  }
}

function login({ login }: HubAccess): ConnectionOptions {
  switch (login.by) {
    case "password":
      return { user: login.user, pass: login.password };
    case "token":
      return { token: login.token };
    case "nkey":
      return { authenticator: nkeyAuthenticator(new TextEncoder().encode(login.seed)) };
    case "nothing":
    default:
      return {};
  }
}

/** By file: a certificate that is renewed is read at the next connection. */
const tlsOf = ({ ca, cert, key }: NonNullable<HubAccess["tls"]>): NonNullable<ConnectionOptions["tls"]> => ({
  ...(ca === undefined ? {} : { caFile: ca }),
  ...(cert === undefined ? {} : { certFile: cert }),
  ...(key === undefined ? {} : { keyFile: key }),
  // The client passes on what it does not know of.
  ...serverIdentity,
});
