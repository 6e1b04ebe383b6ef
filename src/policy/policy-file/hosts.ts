import type { ListedHost } from "./policy.ts";

/** Reads one host of a list, such as `example.com`, `*.example.com` or `localhost:3000`; or says what is wrong with it. */
export function parseHost(text: string, verdict: ListedHost["verdict"]): ListedHost | string {
  const below = text.startsWith("*.");
  const plain = below ? text.slice(2) : text;
  const url = /^[\w.[\]:-]+$/.test(plain) ? URL.parse(`http://${plain}`) : null;
  if (url === null || url.hostname === "" || url.pathname !== "/")
    return 'is no host; write it as "example.com", "*.example.com" or "localhost:3000"';
  const host = url.hostname.replace(/\.$/, "");
  if (below && (!host.includes(".") || /^\d|^\[/.test(host))) return "is too wide; name a domain, as in *.example.com";
  if (verdict === "allow" && isIdentityDoor(host))
    return "hands out the identity of this machine, so it is never opened";
  // `URL` drops the port that http has anyway.
  const port = /:(\d+)$/.exec(plain.replace(/^\[.*\]/, ""))?.[1];
  return { verdict, host, below, port };
}

/** Whether an address may be fetched from and sent to because its host is listed. Anything computed in it is not. */
export function isAllowedHost(address: string, hosts: readonly ListedHost[]): boolean {
  const url = urlOf(address);
  if (
    url === undefined ||
    !/^https?:$/.test(url.protocol) ||
    isIdentityDoor(url.hostname) ||
    url.username !== "" ||
    url.password !== ""
  )
    return false;
  return hosts.some((listed) => listed.verdict === "allow" && matches(listed, url));
}

/** Whether one of the words of a network effect names a forbidden host. */
export const isForbiddenHost = (text: string, hosts: readonly ListedHost[]): boolean =>
  hosts.some((listed) => listed.verdict === "deny") &&
  text.split(/[\s,]+/).some((word) => {
    const url = urlOf(word.replace(/^[^@/]*@/, ""));
    return url !== undefined && hosts.some((listed) => listed.verdict === "deny" && matches(listed, url));
  });

function urlOf(address: string): URL | undefined {
  if (!/^[\w.:/@%?&=#~+,;!()[\]-]+$/.test(address)) return undefined;
  const url = URL.parse(/^[a-z][a-z0-9+.-]*:\/\//i.test(address) ? address : `http://${address}`);
  return url !== null && url.hostname !== "" ? url : undefined;
}

const usualPorts: Record<string, string> = { "http:": "80", "https:": "443" };

function matches(listed: ListedHost, url: URL): boolean {
  const host = url.hostname.replace(/\.$/, "");
  const named = host === listed.host || (listed.below && host.endsWith(`.${listed.host}`));
  const port = url.port === "" ? usualPorts[url.protocol] : url.port;
  return named && (listed.port === undefined || listed.port === port);
}

/** Addresses at which a cloud machine is told its own credentials. */
const isIdentityDoor = (host: string): boolean =>
  /^(?:169\.254\.|100\.100\.100\.200$|168\.63\.129\.16$|192\.0\.0\.192$|\[fd00:ec2|\[fe80|\[::ffff:a9fe)/i.test(host) ||
  /(?:^|\.)metadata(?:\.|$)|^instance-data/i.test(host);
