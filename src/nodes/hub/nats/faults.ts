import { JetStreamApiError } from "@nats-io/jetstream";
import { errors } from "@nats-io/nats-core";
import { errnoOf, Fault, messageOf } from "../../../base/fault.ts";

/** What the server or its client says, as a fault with a next step. @param doing "could not …" */
export function hubFault(error: unknown, doing: string): Fault {
  if (error instanceof Fault) return error;
  const cause = root(error);
  const { kind, code, why, hint } = classOf(cause);
  return new Fault(kind, `hub.${code}`, `${doing}: ${why}`, {
    facts: cause instanceof JetStreamApiError ? { jetstream: cause.code } : {},
    hint,
    cause: error,
  });
}

/** The number of an error of JetStream; undefined: it is none. */
export const codeOf = (error: unknown): number | undefined => {
  const cause = root(error);
  return cause instanceof JetStreamApiError ? cause.code : undefined;
};

/** Numbers of JetStream's errors (server/errors.json of nats-server). */
export const jetstreamCodes = {
  streamNotFound: 10_059,
  consumerNotFound: 10_014,
  wrongLastSequence: 10_071,
  wrongLastSequenceUnknown: 10_164,
  noMessage: 10_037,
  streamNameInUse: 10_058,
  messagesFull: 10_077,
} as const;

interface Class {
  kind: Fault["kind"];
  code: string;
  why: string;
  hint: string;
}

function classOf(error: unknown): Class {
  const why = messageOf(error);
  if (error instanceof errors.AuthorizationError || error instanceof errors.UserAuthenticationExpiredError)
    return setup(
      "refused",
      "the server has refused the login",
      "Check user and password, token or nkey of the hub against the settings of the NATS server.",
    );
  if (error instanceof errors.PermissionViolationError)
    return setup(
      "not_permitted",
      `the server does not permit ${error.operation === "publish" ? "to say" : "to hear"} ${error.subject}`,
      "Give this user of the NATS server the permissions that docs/hub.md lists. If it has them, this login is for another node's name or another fleet: compare --user with --name and --fleet.",
    );
  if (isOff(error))
    return setup(
      "jetstream_off",
      "JetStream is off on this NATS server, or for this user's account",
      'Start nats-server with -js, or put "jetstream { store_dir: /path }" in its settings, and enable it for the account.',
    );
  if (error instanceof JetStreamApiError) return ofJetStream(error);
  if (error instanceof errors.NoRespondersError)
    return setup("nobody", "nobody is there who answers", "Check that the other end runs, and with the same fleet.");
  if (error instanceof errors.TimeoutError)
    return setup(
      "no_answer",
      "no answer in time",
      "Check the network and the load of the NATS server, then try again.",
    );
  if (isTls(error))
    return setup(
      "tls",
      `no secure connection came about (${why.replace(advice, "")})`,
      "Check that the certificate of the server bears the name or the IP address that is in the address, and that tls.ca in hub.json (--tls-ca) is the file of who has signed it.",
    );
  if (error instanceof errors.ClosedConnectionError || error instanceof errors.DrainingConnectionError)
    return setup("closed", "the hub is closed", "Open it again.");
  return setup(
    "unreachable",
    `the server cannot be reached (${why})`,
    "Check the address and that nats-server runs there, and firewalls in between.",
  );
}

/** What somebody has to set right: server, network or settings. */
const setup = (code: string, why: string, hint: string): Class => ({ kind: "setup", code, why, hint });

function ofJetStream({ code, message: why }: JetStreamApiError): Class {
  if (code === jetstreamCodes.consumerNotFound || code === jetstreamCodes.streamNotFound)
    return setup(
      "lost",
      `the server has lost it (${why})`,
      "Try again: what a server loses that is killed, or whose store is lost, is made anew.",
    );
  if (!/maximum (bytes|messages)|resource limits exceeded|insufficient|no space/i.test(why))
    return setup("jetstream", why, "Look into the log of the NATS server; `nats stream ls` shows what lies there.");
  return {
    kind: "storage",
    code: "full",
    why: `the server has no room for it (${why})`,
    hint: "Give JetStream more room (max_file_store in the settings of nats-server), or wait until something is taken out.",
  };
}

const isOff = (error: unknown): boolean =>
  // The client has a class for it that it does not export.
  (error instanceof Error && error.name === "JetStreamNotEnabled") ||
  (error instanceof JetStreamApiError && [10_039, 10_076].includes(error.code)) ||
  /jetstream (is )?not enabled/i.test(messageOf(error));

/** Node's own, for its command line, which nobody has here. */
const advice = /; if the root CA is installed locally.*$/s;

const isTls = (error: unknown): boolean => {
  const code = errnoOf(error) ?? "";
  return (
    /^(ERR_TLS|ERR_SSL|ERR_OSSL|CERT_|UNABLE_TO|SELF_SIGNED|DEPTH_ZERO|HOSTNAME_MISMATCH)/.test(code) ||
    /\btls\b|certificate/i.test(messageOf(error))
  );
};

/** The client wraps what it was told in what it had wanted. */
function root(error: unknown): unknown {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1)
    if (
      at instanceof errors.PermissionViolationError ||
      at instanceof errors.AuthorizationError ||
      at instanceof errors.NoRespondersError ||
      at instanceof errors.TimeoutError ||
      at.name === "JetStreamNotEnabled" ||
      at instanceof JetStreamApiError
    )
      return at;
  return error;
}
