import type { z } from "zod";

/** What a part of the settings is to be, where it is something else. */
export const settingWords = {
  urls: 'it is a list of addresses, such as ["nats://10.0.0.1:4222"]',
  fleet: "a fleet has a name of 1 to 64 letters, digits, - and _",
  secret: "a secret is given as env:NAME or file:/path, never itself",
  text: "it is a text",
  tls: "it has the paths ca, cert and key, of which each may be left out",
  all: "the settings of a hub are an object with urls in it",
} as const;

/** For zod: these words where it is something else altogether, and the names of settings that nobody knows. */
export const shaped =
  (words: string) =>
  (issue: z.core.$ZodRawIssue): string | undefined => {
    if (issue.code === "invalid_type") return words;
    if (issue.code !== "unrecognized_keys") return undefined;
    return `there is no such setting: ${issue.keys.map((key) => key.slice(0, 40)).join(", ")}`;
  };

/** What is not right, and where. */
export function issueWords({ issues: [first] }: z.ZodError): string {
  const where = first?.path.join(".") ?? "";
  return `${where === "" ? "" : `${where}: `}${first?.message ?? "it is not one of ours"}`;
}

/** What to do about a setting that is not right. @param part the first part of its path */
export function settingHint(part: unknown): string {
  switch (part) {
    case "urls":
      return "An address is nats://host:port or tls://host:port. See docs/hub.md.";
    case "fleet":
      return "Give a name such as main with --fleet, or as fleet in hub.json. See docs/hub.md.";
    case "user":
    case "password":
    case "token":
    case "nkey":
      return "Write the secret into a file that only you can read and give file:PATH, or give env:NAME. See docs/hub.md.";
    case "tls":
      return "Give paths of PEM files: --tls-ca, --tls-cert and --tls-key, or ca, cert and key in tls of hub.json. See docs/hub.md.";
    default:
      return "The settings are urls, fleet, user, password, token, nkey and tls. See docs/hub.md.";
  }
}
