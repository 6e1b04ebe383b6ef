import { inert, oneLine } from "../../../base/text.ts";
import type { Severity, TripwireLine, TripwireTrial } from "../../../protocol/tripwire.ts";
import type { Page } from "../look-up.ts";
import type { Style } from "../../words/style.ts";
import { tableLines } from "../table.ts";

/** The tripwires as a table. */
export function tripwireTable(rules: readonly TripwireLine[], { columns, paint }: Page): string {
  const rows = rules.map((rule) => [
    { text: oneLine(rule.name, 60) },
    { text: rule.severity, style: styles[rule.severity] },
    { text: rule.watches.join(", ") },
    { text: stateText[rule.state], style: rule.state === "on" ? ("plain" as const) : ("faint" as const) },
    { text: oneLine(rule.message, 300) },
  ]);
  const titles = ["TRIPWIRE", "SEVERITY", "WATCHES", "STATE", "SAYS"];
  return `${tableLines({ titles, rows, right: [] }, columns, paint).join("\n")}\n`;
}

/** What would fire on a call, and what that would do to it. */
export function trialText({ firings, consequence }: TripwireTrial, { paint }: Page): string {
  if (firings.length === 0) return "No tripwire would fire on this call.\n";
  const lines = firings.map(
    ({ name, severity, found, message }) =>
      `${paint(styles[severity], severity)} ${oneLine(name, 60)}: ${oneLine(found, 200)}\n  ${inert(message)}`,
  );
  return `${lines.join("\n")}\n${consequenceText[consequence]}\n`;
}

const styles: Record<Severity, Style> = { low: "plain", warning: "warning", critical: "bad" };

const stateText: Record<TripwireLine["state"], string> = { on: "on", muted: "muted", idle: "needs a setting" };

const consequenceText: Record<TripwireTrial["consequence"], string> = {
  none: "Nothing would follow.",
  inform: "You would be told; the call is left to the brake.",
  hold: "The call would be held for you.",
  kill: "The call would be denied, and its construct killed.",
};
