/** A string of a JSON text. Linear: each of its characters fits one way. */
const string = /"(?:[^"\\]|\\.)*"/g;
const member = /("(?:[^"\\]|\\.)*"\s*:\s*)?("(?:[^"\\]|\\.)*")/g;

/** The structure of a JSON text: what stays of it without what its strings say. */
const structure = (text: string): string => text.replace(string, '""');

/**
 * Replaces in a text, which stays JSON of the same structure where it is JSON: what would reach over the end of a string is replaced
 * within each string alone.
 */
export function keepingJson(text: string, replace: (text: string) => string): string {
  const replaced = replace(text);
  if (replaced === text || !/^\s*[[{]/.test(text)) return replaced;
  if (structure(replaced) === structure(text) || !isJson(text)) return replaced;
  const within = (literal: string): string => {
    const plain = String(JSON.parse(literal));
    const now = replace(plain);
    return now === plain ? literal : JSON.stringify(now);
  };
  return text.replace(member, (whole, key: string | undefined, literal: string) => {
    // The name of a field tells what its text is.
    const pair = replace(whole);
    if (structure(pair) === structure(whole)) return pair;
    return `${(key ?? "").replace(string, within)}${within(literal)}`;
  });
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    // Then there is no structure to keep.
    return false;
  }
}
