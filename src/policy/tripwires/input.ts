import { createHash } from "node:crypto";

export interface InputText {
  /** The name of the field that holds it, the nearest one where lists lie between. */
  key: string;
  text: string;
}

/**
 * The texts in a tool's input, in order, numbers and switches spelled out. Bounded in depth, number and size; never
 * throws, whatever the input is.
 */
export function textsIn(input: unknown): { texts: InputText[]; complete: boolean } {
  const walk: Walk = { texts: [], room: mostCharacters, looks: 0, complete: true };
  try {
    gather(input, "", 0, walk);
  } catch {
    // A getter or a proxy can throw; what was gathered until then still counts.
    walk.complete = false;
  }
  return { texts: walk.texts, complete: walk.complete };
}

/** The text of a field at the top of an input, or nothing. */
export function fieldOf(input: unknown, name: string): string | undefined {
  return textsIn(input).texts.find(({ key }) => key === name)?.text;
}

/** A short digest of several texts: equal only for equal texts in equal order. */
export function printOf(parts: readonly string[]): string {
  const hash = createHash("sha256");
  for (const part of parts) hash.update(`${part.length}:`).update(part);
  return hash.digest("hex").slice(0, 24);
}

/** The beginning and the end of a text that is too long to be looked at; `left` counts the characters between. */
export function windowOf(text: string, most = mostCharacters): { parts: string[]; left: number } {
  if (text.length <= most) return { parts: [text], left: 0 };
  const half = Math.floor(most / 2);
  return { parts: [text.slice(0, half), text.slice(-half)], left: text.length - 2 * half };
}

/** Far more than a tool returns to a model, and little enough for some milliseconds. */
export const mostCharacters = 400_000;

const mostDepth = 12;
const mostLooks = 5000;

interface Walk {
  texts: InputText[];
  room: number;
  looks: number;
  complete: boolean;
}

function gather(value: unknown, key: string, depth: number, walk: Walk): void {
  walk.looks += 1;
  if (walk.looks > mostLooks || depth > mostDepth || walk.room <= 0) {
    walk.complete = false;
    return;
  }
  if (typeof value === "string") {
    if (value.length > walk.room) walk.complete = false;
    walk.texts.push({ key, text: value.slice(0, walk.room) });
    walk.room -= value.length;
  } else if (typeof value === "number" || typeof value === "boolean") {
    walk.texts.push({ key, text: String(value) });
  } else if (Array.isArray(value)) {
    for (const item of value) {
      if (walk.looks > mostLooks) break;
      gather(item, key, depth + 1, walk);
    }
  } else if (typeof value === "object" && value !== null) {
    for (const [name, item] of Object.entries(value)) {
      if (walk.looks > mostLooks) break;
      gather(item, name, depth + 1, walk);
    }
  }
}
