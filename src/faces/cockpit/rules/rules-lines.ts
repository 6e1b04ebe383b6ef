import { inert, oneLine } from "../../../base/text.ts";
import type { RuleLine } from "../../../protocol/brake-case.ts";
import type { Severity, TripwireLine, TripwireTrial } from "../../../protocol/tripwire.ts";
import { moment } from "../../words/amounts.ts";
import { pad, wrap } from "../../words/width.ts";
import { markOf, type RowAt } from "../draw/mark.ts";
import { line, type Line } from "../draw/block.ts";
import type { Look } from "../draw/look.ts";
import type { Forbidden } from "./rules-state.ts";

const nameColumns = 20;

export const tripwireHead = line([
  `   ${pad("TRIPWIRE", nameColumns)} ${pad("SEVERITY", 9)} ${pad("STATE", 17)} WHAT IT SAYS`,
  "faint",
]);

export function tripwireRow({ name, severity, state, origin, message }: TripwireLine, at: RowAt): Line {
  const [sign, word, look] = states[state];
  return row(
    name,
    at,
    [pad(name, nameColumns), origin === "authored" ? "busy" : "plain"],
    " ",
    [pad(severity, 9), severities[severity]],
    " ",
    [pad(`${sign} ${word}`, 17), look],
    " ",
    [oneLine(message, 300), state === "on" ? "plain" : "faint"],
  );
}

export function tripwireDetail(
  { name, severity, origin, watches, state, message }: TripwireLine,
  columns: number,
): Line[] {
  return [
    line([name, "strong"], `  ${severity}: ${consequences[severity]}`),
    line([
      `${origin === "authored" ? "written for this goal" : "ships with the deck"} · watches ${watches.join(", ")} · ${states[state][1]}`,
      "faint",
    ]),
    ...wrap(inert(message), columns).map((one) => line(one)),
  ];
}

export const forbiddenHead = line([`   ${pad("WHAT", 12)} ${pad("SINCE", 17)} WORK`, "faint"]);

export function forbiddenRow(one: Forbidden, at: RowAt): Line {
  if (one.kind === "refused")
    return row(
      one.id,
      at,
      [pad("? refused", 12), "warning"],
      " ",
      [pad("in this run", 17), "faint"],
      ` ${oneLine(one.task, 300)}`,
    );
  const { entry } = one;
  return row(
    one.id,
    at,
    [pad("■ forbidden", 12), "bad"],
    " ",
    [pad(moment(entry.added_at), 17), "faint"],
    ` ${oneLine(entry.task, 300)}`,
  );
}

export function forbiddenDetail(one: Forbidden, columns: number): Line[] {
  if (one.kind === "refused")
    return [
      ...wrap(inert(one.task), columns).map((text) => line([text, "strong"])),
      ...wrap(inert(one.why), columns).map((text) => line([text, "warning"])),
    ];
  const { id, task, reason, construct } = one.entry;
  const by = construct === null ? "by you" : `when ${construct} was killed`;
  return [
    ...wrap(inert(task), columns).map((text) => line([text, "strong"])),
    line([`${id} · forbidden ${by}${reason === "" ? "" : ` · ${oneLine(reason, 300)}`}`, "faint"]),
  ];
}

export const brakeHead = line([`   ${pad("VERDICT", 8)} ${pad("RULE", 30)} ${pad("FROM", 16)} ABOUT`, "faint"]);

export function brakeRow({ verdict, rule, from, about }: RuleLine, id: string, at: RowAt): Line {
  return row(
    id,
    at,
    [pad(verdict, 8), verdicts[verdict]],
    " ",
    pad(oneLine(rule, 60), 30),
    " ",
    [pad(oneLine(from, 40), 16), "faint"],
    ` ${oneLine(about, 300)}`,
  );
}

export const brakeDetail = ({ verdict, rule, from, about, tier }: RuleLine, columns: number): Line[] => [
  line(
    [`${verdict} `, verdicts[verdict]],
    [oneLine(rule, 80), "strong"],
    [`  ${tier === "any" ? "every tier" : `tier ${tier}`} · ${oneLine(from, 120)}`, "faint"],
  ),
  ...wrap(inert(about), columns).map((one) => line(one)),
];

/** What would fire on a call, in sentences. */
export function trialTexts({ firings, consequence }: TripwireTrial): string[] {
  if (firings.length === 0) return ["tripwires: none would fire on this call"];
  return [
    ...firings.map(
      ({ name, severity, found, message }) =>
        `tripwire ${name} (${severity}): ${oneLine(found, 200)}. ${oneLine(message, 300)}`,
    ),
    trials[consequence],
  ];
}

const trials: Record<TripwireTrial["consequence"], string> = {
  none: "as for the tripwires, nothing would follow",
  inform: "as for the tripwires, you would be told, and the call left to the brake",
  hold: "as for the tripwires, the call would be held for you",
  kill: "by the tripwires, the call would be denied and its construct killed",
};

const consequences: Record<Severity, string> = {
  low: "you are told",
  warning: "the call is held for you",
  critical: "the call is denied and its construct killed",
};

const severities: Record<Severity, Look> = { low: "plain", warning: "warning", critical: "bad" };
const verdicts: Record<RuleLine["verdict"], Look> = { allow: "good", hold: "warning", deny: "bad" };
const states: Record<TripwireLine["state"], [sign: string, word: string, look: Look]> = {
  on: ["●", "on", "good"],
  muted: ["○", "muted", "warning"],
  idle: ["·", "needs a setting", "faint"],
};

function row(target: string, at: RowAt, ...pieces: (string | readonly [text: string, look: Look])[]): Line {
  const built = line(markOf(at), ...pieces);
  return { ...built, target, ...(at.isCursor ? { fill: "cursor" as const } : {}) };
}
