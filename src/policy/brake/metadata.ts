import { fetchable } from "./web.ts";

/** Loopback and private hosts may be looked at by a command line; the doors to a machine's identity may not. */
export function isMetadata(address: string): boolean {
  const host = URL.parse(address)?.hostname ?? "";
  if (
    /^(?:169\.254\.|100\.100\.100\.200$|168\.63\.129\.16$|192\.0\.0\.192$|\[fd00:ec2|\[fe80|\[::ffff:a9fe)/i.test(host)
  )
    return true;
  return (
    /(?:^|\.)metadata(?:\.|$)|^instance-data/i.test(host) ||
    (/\.(?:nip|sslip|xip)\.io\.?$/i.test(host) && fetchable(address) !== undefined)
  );
}
