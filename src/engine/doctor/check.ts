import { pause } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import type { Finding, FindingState } from "../../protocol/finding.ts";

/** What a check says, before it is put into the list. */
export type Result = Omit<Finding, "check" | "took_ms">;

/** One thing that is looked at. It changes nothing, and leaves nothing behind. */
export interface Check {
  name: string;
  /** The longest that is waited for it, milliseconds. */
  limitMs: number;
  /** May throw: that is a problem, with the fault's own hint. The signal ends when nobody waits any more. */
  look: (signal: AbortSignal) => Promise<Result> | Result;
}

export const ok = (text: string): Result => resultOf("ok", text);
export const skipped = (text: string): Result => resultOf("skipped", text);

/** What to do is a sentence, a command line, or both. */
interface Remedy {
  next?: string;
  command?: string;
}

export const warning = (text: string, remedy: Remedy): Result => resultOf("warning", text, remedy);
export const problem = (text: string, remedy: Remedy): Result => resultOf("problem", text, remedy);

const resultOf = (state: FindingState, text: string, { next, command }: Remedy = {}): Result => ({
  state,
  text,
  next: next ?? null,
  command: command ?? null,
});

/** Makes all checks side by side; the findings come in the order of the checks. Never rejects. */
export async function runChecks(
  checks: readonly Check[],
  onFinding: (finding: Finding) => void = () => undefined,
): Promise<Finding[]> {
  return Promise.all(
    checks.map(async (check) => {
      const finding = await made(check);
      onFinding(finding);
      return finding;
    }),
  );
}

async function made(check: Check): Promise<Finding> {
  const began = performance.now();
  const over = new AbortController();
  const late = pause(check.limitMs, over.signal).then(() =>
    problem(`it did not answer within ${check.limitMs / 1000} s`, {
      next: "Try again; if it stays so, something on this machine hangs.",
    }),
  );
  const result = await Promise.race([lookedAt(check, over.signal), late]);
  over.abort();
  return {
    check: check.name,
    ...result,
    text: oneLine(result.text, 400),
    took_ms: Math.round(performance.now() - began),
  };
}

async function lookedAt({ look }: Check, signal: AbortSignal): Promise<Result> {
  try {
    return await look(signal);
  } catch (error) {
    const hint = error instanceof Fault ? error.hint : undefined;
    return problem(messageOf(error), hint === undefined ? {} : { next: hint });
  }
}
