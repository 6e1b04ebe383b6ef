import { isIP, type Socket } from "node:net";
import { checkServerIdentity, type ConnectionOptions, type PeerCertificate } from "node:tls";

/** What a secure connection is opened with, as far as it shows who was dialled. */
interface Dialled {
  /** The name that was dialled, or that was looked up for it; empty where that was an address. */
  servername?: string;
  /** The connection that is to become secure. */
  socket?: Pick<Socket, "remoteAddress">;
}

/**
 * Whether the certificate is of who was dialled. Node compares with the name that is asked for, and with "localhost" where there is none: an
 * address is compared with the one at the other end of this very connection. Node calls it as a method of what the connection was opened with.
 */
function isOfWhoWasDialled(this: Dialled | undefined, _name: string, certificate: PeerCertificate): Error | undefined {
  const host = this?.servername ?? "";
  const dialled = host === "" ? (this?.socket?.remoteAddress ?? "") : host;
  // Without either, nothing is compared, so nothing is right.
  return dialled === ""
    ? new Error("it is not known which address was dialled")
    : checkServerIdentity(dialled, certificate);
}

/** For a connection over a socket that is open: whose certificate the server must have. */
export const serverIdentity: Pick<ConnectionOptions, "checkServerIdentity"> = {
  checkServerIdentity: isOfWhoWasDialled,
};

/** Names are asked for with TLS, addresses cannot be. */
export const servernameOf = (host: string): Pick<ConnectionOptions, "servername"> =>
  isIP(host) === 0 ? { servername: host } : {};
