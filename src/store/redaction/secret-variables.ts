import { leastSecret } from "./values.ts";

/**
 * The values of an environment that are secret by the name of their variable, and the passwords in its addresses. What
 * cannot be one is left out: paths, numbers, words that every text has.
 */
export function secretValues(env: Record<string, string | undefined>): string[] {
  const found = new Set<string>();
  for (const [name, value = ""] of Object.entries(env)) {
    const parts = secretName.test(name) ? linesOf(value) : passwordsOf(value);
    for (const part of parts) if (canBeSecret(part)) found.add(part);
  }
  return [...found];
}

/** Whole words of a name: `KEYBOARD` and `MAX_TOKENS` say nothing of a secret. */
const secretName =
  /(?:^|[^a-z])(?:key|apikey|api_?key|token|authtoken|secret|secrets|password|passwd|passphrase|pgpassword|pass|pat|credentials?|auth|private)(?:$|[^a-z])/i;

/** A key of several lines may be shown line by line. */
function linesOf(value: string): string[] {
  const lines = value.split(/\r?\n/).map((line) => line.trim());
  return lines.length === 1 ? [value.trim()] : lines.filter((line) => !line.startsWith("-----"));
}

const passwordsOf = (value: string): string[] => {
  const password = /^[a-z][a-z0-9+.-]{1,20}:\/\/[^\s/@:]{0,100}:([^\s/@]{1,200})@/i.exec(value)?.[1];
  return password === undefined ? [] : [password];
};

function canBeSecret(value: string): boolean {
  if (value.length < leastSecret) return false;
  return !/^(?:[~.]{0,2}\/.*|[A-Za-z]:\\.*|\d{1,11}|disabled?|enabled?|required|anonymous|unlimited)$/.test(value);
}
