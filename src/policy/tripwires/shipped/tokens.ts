/** A credential in a text: what kind it is, and where. */
export interface Credential {
  kind: string;
  value: string;
}

/**
 * The credentials in a text, each once, at most `most`. All patterns are bounded in length and begin with a literal, so
 * the time is linear in the text.
 */
export function credentialsIn(text: string, most = 8): Credential[] {
  const found = new Map<string, Credential>();
  for (const { kind, pattern } of tokens)
    for (const match of text.matchAll(pattern)) {
      if (found.size >= most) return [...found.values()];
      const value = match[1] ?? match[0];
      if (!isPlaceholder(value)) found.set(value, { kind, value });
    }
  for (const match of text.matchAll(assignment)) {
    if (found.size >= most) break;
    const value = match[3] ?? "";
    const before = text.slice(Math.max(0, match.index - 24), match.index);
    if (harmlessBefore.test(before) || !isRandom(value) || isPlaceholder(value)) continue;
    if (![...found.keys()].some((known) => value.includes(known) || known.includes(value)))
      found.set(value, { kind: `a value of ${match[1] ?? "a secret"}`, value });
  }
  return [...found.values()];
}

/** A credential as it may be shown: its beginning tells its owner which one it is, and no more. */
export const showCredential = ({ kind, value }: Credential): string =>
  `${kind} (${value.slice(0, 4)}…, ${value.length} characters)`;

/** Bits for each character of a text, by the frequencies of its own characters. */
export function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const char of text) counts.set(char, (counts.get(char) ?? 0) + 1);
  let bits = 0;
  for (const n of counts.values()) bits -= (n / text.length) * Math.log2(n / text.length);
  return bits;
}

interface TokenKind {
  kind: string;
  /** The first group, where there is one, is the credential. */
  pattern: RegExp;
}

/** Between the lines of a key may stand a real or an escaped line break, an indent, or the line numbers of a listing. */
const lineBreak = String.raw`(?:\\[nr]|[\s\d|:→>+"',]){1,40}`;

const tokens: readonly TokenKind[] = [
  {
    kind: "a private key",
    pattern: new RegExp(
      String.raw`-----BEGIN (?:[A-Z]{2,10} ){0,2}PRIVATE KEY(?: BLOCK)?-----${lineBreak}([A-Za-z0-9+/]{40,120})`,
      "g",
    ),
  },
  { kind: "an AWS access key", pattern: /\b(?:AKIA|ASIA)[A-Z2-7]{16}\b/g },
  { kind: "a GitHub token", pattern: /\bgh[pousr]_[A-Za-z0-9]{36,255}\b/g },
  { kind: "a GitHub token", pattern: /\bgithub_pat_[A-Za-z0-9_]{60,255}\b/g },
  { kind: "an Anthropic key", pattern: /\bsk-ant-[a-z]{3,8}\d{2}-[\w-]{40,200}/g },
  { kind: "an OpenAI key", pattern: /\bsk-(?:proj-|svcacct-)[\w-]{40,200}/g },
  { kind: "a Slack token", pattern: /\bxox[abeoprs]-[0-9A-Za-z-]{20,250}/g },
  { kind: "a Slack token", pattern: /\bxapp-\d-[0-9A-Za-z-]{20,250}/g },
  { kind: "a Slack webhook", pattern: /hooks\.slack\.com\/services\/T\w{6,14}\/B\w{6,14}\/\w{20,40}/g },
  { kind: "a Google key", pattern: /\bAIza[0-9A-Za-z_-]{35}(?![0-9A-Za-z_-])/g },
  { kind: "a Google token", pattern: /\bya29\.[\w-]{40,250}/g },
  { kind: "a Google secret", pattern: /\bGOCSPX-[\w-]{28}\b/g },
  { kind: "a GitLab token", pattern: /\bglpat-[\w-]{20,60}/g },
  { kind: "an npm token", pattern: /\bnpm_[A-Za-z0-9]{36}\b/g },
  { kind: "a Stripe key", pattern: /\b[sr]k_live_[A-Za-z0-9]{20,120}/g },
];

/** `SECRET_KEY = "…"`, `"apiKey": "…"`, `password: …`: a name that says secret, and a value without white space. */
const assignment =
  /(password|passwd|secret(?:[_-]?(?:access[_-]?)?key)?|auth[_-]?token|token|api[_-]?key|access[_-]?key|private[_-]?key|credentials?)(\\?["'])?\s{0,3}(?:=>|[:=])\s{0,3}\\?["']?([A-Za-z0-9+/=_.~-]{20,200})(?![A-Za-z0-9+/=_.~(-])/gi;

/** Words in front of "token" that make it a bookmark of a listing and not a key. */
const harmlessBefore = /(?:next|page|continuation|sync|csrf|xsrf|resume|cancel\w{0,6}|pagination)[_-]?(?:page)?[_-]?$/i;

/** Values that stand for one: documentation and templates are full of them. */
function isPlaceholder(value: string): boolean {
  return /example|placeholder|your|change.?me|redacted|dummy|sample|test.?key|x{6}|0{8}|\*{4}|1234567|abcdefg|\.{3}/i.test(
    value,
  );
}

/**
 * Whether a value looks drawn and not written: digits and letters mixed, many different characters, no words with dots
 * or dashes between (`process.env.TOKEN`, file names, identifiers of resources).
 */
function isRandom(value: string): boolean {
  if (!/\d/.test(value) || !/[A-Za-z]/.test(value)) return false;
  const longest = Math.max(...value.split(/[._~/-]/).map((part) => (/\d/.test(part) ? part.length : 0)));
  return longest >= 16 && entropyOf(value) >= 3.5;
}
