import { costSlope } from "./shipped/cost.ts";
import { credentialInOutput } from "./shipped/credentials.ts";
import { emailInOutput } from "./shipped/email.ts";
import { hostRestart } from "./shipped/host.ts";
import { writesOutside } from "./shipped/outside.ts";
import { sameEdit, sameFailure } from "./shipped/repetition.ts";
import { silence } from "./shipped/silence.ts";
import { destructiveSql } from "./shipped/sql.ts";
import type { Tripwire } from "./tripwire.ts";

export interface ShippedSettings {
  /** The user's own address, where it is known. */
  email: string | null;
  /** Silence that is told, milliseconds. */
  silence_ms: number;
  /** US dollars a minute for one construct; 0 means no bound. */
  usd_a_minute: number;
}

export const shippedDefaults: Readonly<ShippedSettings> = Object.freeze({
  email: null,
  silence_ms: 3 * 60_000,
  usd_a_minute: 2,
});

/** The names of the shipped rules, also of those that the settings leave out: no other rule may bear one. */
export const shippedNames: ReadonlySet<string> = new Set(
  shippedTripwires({ ...shippedDefaults, email: "a@b" }).map((rule) => rule.name),
);

/** The rules that ship. Frozen: settings choose bounds, nothing changes a rule. */
export function shippedTripwires(settings: ShippedSettings): readonly Tripwire[] {
  const rules = [
    hostRestart,
    destructiveSql,
    writesOutside,
    ...(settings.email === null ? [] : [emailInOutput(settings.email)]),
    credentialInOutput,
    sameEdit,
    sameFailure,
    costSlope(settings.usd_a_minute),
    silence(settings.silence_ms),
  ];
  return Object.freeze(rules.map((rule) => Object.freeze({ ...rule, watches: Object.freeze([...rule.watches]) })));
}
