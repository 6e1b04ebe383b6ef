import { Fault } from "../base/fault.ts";

/**
 * Reads the address of a NATS server: nats://host:port or tls://host:port. Of one that is refused no part is repeated, as a secret may stand
 * anywhere in it.
 */
export function readHubAddress(text: string): URL {
  // Anywhere: a password with a slash in it reads like a host with a path.
  if (/@|%40/.test(text))
    throw new Fault(
      "usage",
      "hub.secret_in_url",
      "an address of the hub has an @ in it, so others could read a login",
      {
        hint: "An address is nats://host:port, without a login. Give user and password, or token, as env:NAME or file:/path: in hub.json, or by --user and --password of cyberdeck node and cyberdeck doctor. See docs/hub.md.",
      },
    );
  const url = /^(?:nats|tls):\/\/[^\s/?#%\\]+\/?$/i.test(text) && URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || url.hostname === "")
    throw new Fault("usage", "hub.bad_address", "an address of the hub is not one of a NATS server", {
      hint: hasGreatPort(text)
        ? "Ports end at 65535; nats-server listens at 4222 unless its settings say otherwise. See docs/hub.md."
        : "An address is nats://host:port or tls://host:port, and nothing stands behind the port. See docs/hub.md.",
    });
  return url;
}

const hasGreatPort = (text: string): boolean => Number(/:(\d{1,15})\/?$/.exec(text)?.[1] ?? 0) > 65_535;
