/**
 * What the bridge and the deck say to each other, one line of JSON each: a request, its answer, and, when the program that
 * was let through has ended, how. Without schemas: the bridge is started for each call, and loading them would be most of its time.
 */
export interface BridgeRequest {
  token: string;
  plugin: string;
  args: string[];
}

/** What to run, or why not. */
export type BridgeAnswer =
  | {
      ok: true;
      command: string;
      args: string[];
      env: Record<string, string>;
      /** The most bytes of each of its two outputs. */
      output_bytes: number;
    }
  | { ok: false; reason: string };

export interface BridgeEnd {
  /** "code 0", "signal SIGTERM". */
  exit: string;
  /** That it has written. */
  bytes: number;
}

/** The variable in which an agent's processes find the secret that says whose they are. */
export const tokenVariable = "CYBERDECK_TOKEN";

/** The longest line between bridge and deck, bytes. */
export const bridgeLineBytes = 1024 * 1024;

/** Undefined: no request that a bridge of this version makes. */
export function readRequest(line: string): BridgeRequest | undefined {
  const { token, plugin, args } = fieldsOf(line);
  if (typeof token !== "string" || typeof plugin !== "string" || !isTexts(args)) return undefined;
  return { token, plugin, args };
}

export function readAnswer(line: string): BridgeAnswer | undefined {
  const { ok, reason, command, args, env, output_bytes } = fieldsOf(line);
  if (ok === false && typeof reason === "string") return { ok, reason };
  if (ok !== true || typeof command !== "string" || !isTexts(args) || typeof output_bytes !== "number")
    return undefined;
  const pairs = Object.entries(Object(env)).filter((pair): pair is [string, string] => typeof pair[1] === "string");
  return { ok, command, args, env: Object.fromEntries(pairs), output_bytes };
}

export function readEnd(line: string): BridgeEnd | undefined {
  const { exit, bytes } = fieldsOf(line);
  return typeof exit === "string" && typeof bytes === "number" && Number.isSafeInteger(bytes) && bytes >= 0
    ? { exit, bytes }
    : undefined;
}

const isTexts = (value: unknown): value is string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

function fieldsOf(line: string): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(line);
    return typeof value === "object" && value !== null ? { ...value } : {};
  } catch {
    // What is no JSON has no fields either, and is refused for that.
    return {};
  }
}
