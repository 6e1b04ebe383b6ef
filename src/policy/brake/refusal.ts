/** Why a call is not allowed: the rule, and words for the model that also say what would be allowed. */
export interface Refusal {
  rule: string;
  reason: string;
}

/** @param rule dotted, stable: it is recorded and shown */
export const refuse = (rule: string, reason: string): Refusal => ({ rule, reason });

/** The first refusal that a check makes over a list, if any. */
export function firstRefusal<T>(items: Iterable<T>, check: (item: T) => Refusal | undefined): Refusal | undefined {
  for (const item of items) {
    const refusal = check(item);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}
