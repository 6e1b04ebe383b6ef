import { BlockList, isIP } from "node:net";
import { refuse, type Refusal } from "./refusal.ts";

/**
 * May this address be fetched? Public http(s) hosts only, by what the address says: a public name that resolves to a
 * private address cannot be seen from here and is left to the operating system's wall.
 */
export function fetchable(address: string): Refusal | undefined {
  if (/[\s\\]|[^\P{Cc}]/u.test(address))
    return refuse("web.malformed", "Give a plain address such as https://example.com/page.");
  const url = URL.parse(address);
  if (url === null)
    return refuse("web.malformed", `${address} is no address; give one such as https://example.com/page.`);
  if (url.protocol !== "http:" && url.protocol !== "https:")
    return refuse("web.scheme", `Only http and https addresses may be fetched, not ${url.protocol}`);
  if (url.username !== "" || url.password !== "")
    return refuse(
      "web.credentials",
      "An address with a user name in it may not be fetched; leave out what stands before @.",
    );
  return publicHost(url.hostname);
}

/** `URL` has already brought decimal, hexadecimal, octal and full-width spellings of an address into the dotted one. */
function publicHost(hostname: string): Refusal | undefined {
  const host = hostname.replace(/\.+$/, "").toLowerCase();
  const inward = refuse("web.private", `${hostname} is not a public host; fetch public http(s) hosts by name.`);
  if (host.startsWith("[") || isIP(host) === 6) return inward;
  if (isIP(host) === 4) return privateNetworks.check(host) ? inward : undefined;
  if (!host.includes(".") || inwardNames.some((name) => host === name || host.endsWith(`.${name}`))) return inward;
  if (/^(?:metadata|instance-data)\./.test(host)) return inward;
  return undefined;
}

/** Names that stand for this machine or its network; the last ones answer with whatever address stands in the name. */
const inwardNames = (
  "localhost localdomain local internal intranet lan home corp private home.arpa " +
  "nip.io sslip.io xip.io localtest.me lvh.me vcap.me lacolhost.com"
).split(" ");

/** Everything that IANA lists as not globally reachable, multicast, and Azure's 168.63.129.16 (its metadata door). */
const privateNetworks = blockList(
  "0.0.0.0/8 10.0.0.0/8 100.64.0.0/10 127.0.0.0/8 169.254.0.0/16 172.16.0.0/12 192.0.0.0/24 192.0.2.0/24 192.88.99.0/24 " +
    "192.168.0.0/16 198.18.0.0/15 198.51.100.0/24 203.0.113.0/24 224.0.0.0/4 240.0.0.0/4 168.63.129.16/32",
);

function blockList(networks: string): BlockList {
  const list = new BlockList();
  for (const network of networks.split(" ")) {
    const [address = "", bits = "32"] = network.split("/");
    list.addSubnet(address, Number(bits), "ipv4");
  }
  return list;
}
