import { count, showBytes } from "../../base/units.ts";
import { ok, problem, skipped, warning, type Check, type Result } from "../../engine/doctor/check.ts";
import type { HubAccess } from "../hub/settings.ts";
import type { HubState } from "./hub-state.ts";
import type { ServerLook, TlsLook } from "./server-look.ts";

/** Whether the settings are good, and their secrets can be read. */
export const settingsCheck = ({ given, me }: HubState): Check => ({
  name: "hub",
  limitMs: 5000,
  async look() {
    const { access, from, open } = await given();
    const text = `fleet ${access.fleet} at ${access.urls.join(", ")}, as ${me}, ${loginWords[access.login.by]} (${from})`;
    const [first] = open;
    if (first === undefined) return ok(text);
    return warning(`others on this machine may read ${open.join(", ")}`, {
      next: "Make it readable for you alone.",
      command: `chmod 600 '${first.replaceAll("'", String.raw`'\''`)}'`,
    });
  },
});

const loginWords = {
  nothing: "without a login",
  password: "with a password",
  token: "with a token",
  nkey: "with an nkey",
} as const satisfies Record<HubAccess["login"]["by"], string>;

/** Whether a NATS server answers at each address. */
export const serverCheck = ({ given, looks }: HubState): Check => ({
  name: "hub-server",
  limitMs: 10_000,
  async look() {
    if ((await given().catch(() => undefined)) === undefined) return skipped("its settings are not right");
    const all = await looks();
    const bad = all.filter(({ look }) => look.kind !== "server");
    const [worst] = bad;
    if (worst !== undefined) {
      const { text, next } = notThere(worst);
      if (bad.length === all.length) return problem(text, { next });
      return warning(`${text}; ${count(all.length - bad.length, "other address answers", "other addresses answer")}`, {
        next,
      });
    }
    return all.map(({ look }) => greetingResult(look)).reduce((one, other) => (one.state === "ok" ? other : one));
  },
});

function notThere({ url, look }: { url: string; look: ServerLook }): { text: string; next: string } {
  if (look.kind === "stranger")
    return {
      text: `what answers at ${url} is no NATS server${look.said === "" ? "" : `: it says "${look.said}"`}`,
      next: "Check the port: nats-server listens for clients at 4222 unless its settings say otherwise.",
    };
  const { code, why } = look.kind === "unreachable" ? look : { code: "", why: "" };
  switch (code) {
    case "ENOTFOUND":
    case "EAI_AGAIN":
      return {
        text: `the name in ${url} is not known here`,
        next: "Check its spelling, or give the number of the machine.",
      };
    case "ECONNREFUSED":
      return {
        text: `nothing listens at ${url}`,
        next: "Start nats-server there, and check the address that its settings listen at.",
      };
    default:
      return {
        text: `${url} cannot be reached (${code === "" ? why : code})`,
        next: "Check that the machine is up, and firewalls in between: the way to this port must be open from here.",
      };
  }
}

function greetingResult(look: ServerLook): Result {
  if (look.kind !== "server") return skipped("it does not answer");
  const { version, max_payload: most } = look.info;
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major < 2 || (major === 2 && minor < 9))
    return problem(`nats-server ${version} is too old`, { next: "Install 2.9 or newer; 2.12 is recommended." });
  if (most < leastPayload)
    return warning(`nats-server ${version} carries no more than ${showBytes(most)} in a message`, {
      next: "Set max_payload: 1MB in its settings, or a long policy file does not get to the nodes.",
    });
  const better =
    major === 2 && minor < 12
      ? "; 2.12 with sync_interval: always repeats less work after a power failure"
      : "; with sync_interval: always it repeats less work after a power failure";
  return ok(`nats-server ${version}, messages of up to ${showBytes(most)}${better}`);
}

/** What a question with the longest policy in it needs, bytes. */
const leastPayload = 600_000;

/** Whether others on the way can read along, and for how long the certificate holds. */
export const tlsCheck = ({ given, looks }: HubState): Check => ({
  name: "hub-tls",
  limitMs: 10_000,
  async look() {
    const settings = await given().catch(() => undefined);
    const there = settings === undefined ? [] : await looks();
    const results = there.flatMap(({ url, look }) =>
      look.kind === "server" ? [tlsResult(new URL(url), look.tls)] : [],
    );
    const rank = (one: Result): number => ["problem", "warning", "ok", "skipped"].indexOf(one.state);
    return results.toSorted((one, other) => rank(one) - rank(other))[0] ?? skipped("no server answers");
  },
});

const day = 86_400_000;
/** Time enough to get a new certificate. */
const soonDays = 14;

function tlsResult(url: URL, tls: TlsLook): Result {
  switch (tls.kind) {
    case "none":
      if (isLoopback(url)) return ok("none, and the server is on this machine");
      return warning(
        `nothing is encrypted on the way to ${url.host}: whoever is there reads along, and learns the login`,
        {
          next: "Give the server a certificate (tls in its settings, see docs/hub.md), and use tls:// in the address.",
        },
      );
    case "verified": {
      const days = Math.floor((tls.untilMs - Date.now()) / day);
      const text = `the certificate of ${url.host} is verified, and holds for ${count(days, "more day")}`;
      return days >= soonDays
        ? ok(text)
        : warning(text, { next: "Renew it, and have nats-server read it: kill -HUP, or nats-server --signal reload." });
    }
    case "refused":
      return problem(`no secure connection to ${url.host} comes about: ${tls.why}`, { next: remedyOf(tls.code) });
    default:
      return tls satisfies never;
  }
}

function remedyOf(code: string): string {
  if (code === "NO_TLS")
    return "Give the server a certificate (tls in its settings, see docs/hub.md); without one, use nats:// in the address.";
  if (code === "NO_CERT") return "Set tls.cert and tls.key in hub.json (--tls-cert, --tls-key).";
  if (code === "CERT_HAS_EXPIRED") return "Renew it, and have nats-server read it anew.";
  if (code === "CERT_NOT_YET_VALID") return "Check the clocks of both machines.";
  if (code === "ERR_TLS_CERT_ALTNAME_INVALID")
    return "Use a name or IP address that stands in the certificate, or have one made with this one (subjectAltName).";
  if (/SELF_SIGNED|UNABLE_TO/.test(code))
    return "Set tls.ca in hub.json (--tls-ca) to the file (PEM) of who has signed it: the authority, not the certificate itself.";
  return "Check tls.ca, tls.cert and tls.key in hub.json (--tls-ca, --tls-cert, --tls-key), and the tls part of the settings of nats-server.";
}

const isLoopback = ({ hostname }: URL): boolean => /^(localhost|127(\.\d+){3}|\[::1\])$/.test(hostname);

/** Whether the server takes the login, and asks for one at all. */
export const loginCheck = ({ looks, probe, given }: HubState): Check => ({
  name: "hub-login",
  limitMs: 15_000,
  async look() {
    const settings = await given().catch(() => undefined);
    const there = settings === undefined ? [] : await looks();
    if (!there.some(({ look }) => look.kind === "server")) return skipped("no server answers");
    if (there.every(({ look }) => look.kind !== "server" || look.tls.kind === "refused"))
      return skipped("no login is sent to a server that has not proven who it is");
    const { isLoginAsked } = await probe();
    if (isLoginAsked) return ok(`accepted ${loginWords[settings?.access.login.by ?? "nothing"]}`);
    return warning(
      "the server asks nobody for a login: whoever reaches it, also from a construct, can speak for the host",
      {
        next: "Give the host and each node a user of their own: see docs/hub.md.",
      },
    );
  },
});
