/**
 * What kind of trouble it is, from the netrunner's point of view. Each kind has one exit code (see `faces/cli/exit.ts`).
 * `usage`: the command was wrong. `setup`: the machine lacks something. `agent`: the agent misbehaved.
 * `refused`: a rule said no. `storage`: disk or database. `internal`: our own mistake.
 */
export type FaultKind = "usage" | "setup" | "agent" | "refused" | "storage" | "internal";

export interface FaultDetails {
  /** Fields that a program can read: paths, ids, counts. */
  facts?: Record<string, unknown>;
  /** The next step, as a sentence that the netrunner can act on. */
  hint?: string;
  cause?: unknown;
}

/** The one error class. `code` is stable and dotted ("agent.line_too_long"); the message is for people. */
export class Fault extends Error {
  readonly kind: FaultKind;
  readonly code: string;
  readonly facts: Record<string, unknown>;
  readonly hint: string | undefined;

  constructor(kind: FaultKind, code: string, message: string, details: FaultDetails = {}) {
    super(message, details.cause === undefined ? undefined : { cause: details.cause });
    this.name = "Fault";
    this.kind = kind;
    this.code = code;
    this.facts = details.facts ?? {};
    this.hint = details.hint;
  }
}

/** The text of anything that was thrown, never empty. */
export function messageOf(error: unknown): string {
  if (error instanceof Error) return error.message || error.name || "unknown error";
  try {
    return String(error) || "unknown error";
  } catch {
    // An object without a prototype, or one whose toString throws, has no text of its own.
    return "unknown error";
  }
}

/** The errno code of a system error ("ENOENT"), if there is one. */
export function errnoOf(error: unknown): string | undefined {
  if (error instanceof Error && "code" in error && typeof error.code === "string") return error.code;
  return undefined;
}

/** For the default of a switch over a union: the compiler complains when a case is missing, and so does the program. */
export function unreachable(value: never): never {
  throw new Fault("internal", "internal.unreachable", `unexpected value: ${JSON.stringify(value)}`);
}
