import { execFileSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { join } from "node:path";

interface Kind {
  /** That it holds for. */
  days?: number;
  /** Whose it is, as openssl writes it. */
  names?: string;
}

/** Makes an authority, and a certificate of the server that it has signed; their paths. */
function certificates(
  folder: string,
  { days = 90, names = "DNS:localhost,IP:127.0.0.1" }: Kind,
): { ca: string; cert: string; key: string } {
  const at = (name: string): string => join(folder, name);
  const openssl = (...args: string[]): void => void execFileSync("openssl", args, { cwd: folder, stdio: "ignore" });
  const elliptic = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"];
  const authority = ["-days", "90", "-keyout", "ca.key", "-out", "ca.pem", "-subj", "/CN=test authority"];
  openssl("req", "-x509", ...elliptic, ...authority);
  writeFileSync(at("names"), `subjectAltName=${names}\n`);
  openssl("req", "-new", ...elliptic, "-keyout", "key.pem", "-out", "request", "-subj", "/CN=hub");
  const signed = ["-CA", "ca.pem", "-CAkey", "ca.key", "-CAcreateserial", "-days", String(days), "-extfile", "names"];
  openssl("x509", "-req", "-in", "request", ...signed, "-out", "cert.pem");
  return { ca: at("ca.pem"), cert: at("cert.pem"), key: at("key.pem") };
}

/** The settings of a server that has such a certificate. */
export function secured(folder: string, { more = "", ...kind }: Kind & { more?: string } = {}): string {
  const { cert, key, ca } = certificates(folder, kind);
  return `tls { cert_file: "${cert}", key_file: "${key}", ca_file: "${ca}" ${more} }`;
}
