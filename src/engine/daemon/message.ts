import { accountSection } from "./account-section.ts";
import { isBlacklistRule } from "../../protocol/blacklist.ts";
import { boundText, showAmount } from "../../protocol/bound.ts";
import { capRaised, heading, outcomeText } from "../../protocol/briefing.ts";
import { showCaliber, type Caliber } from "../../protocol/caliber.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import type { PluginLine } from "../../protocol/plugin.ts";
import type { RunSettings } from "../../protocol/settings.ts";
import { headAndTail, oneLine } from "../../base/text.ts";
import { partsOf } from "./parts.ts";
import { catalogueSection, type ProfileEntry } from "./profile-section.ts";

export interface MessageContext {
  workspace: string;
  runFolder: string;
  autopilot: boolean;
  /** What a construct runs on that none is picked for, and what of it the netrunner has fixed. */
  caliber: Caliber;
  caliberFixed: RunSettings["caliber_fixed"];
  maxSpawns: number;
  maxConcurrent: number;
  /** Constructs of this run so far. */
  total: number;
  /** Constructs that are queued or at work. */
  inFlight: { id: string; state: string; task: string; unplaced?: string | null }[];
  /** As they are now. */
  profiles: readonly ProfileEntry[];
  plugins: readonly PluginLine[];
  /** The full result text of a construct, for the `read` action. */
  resultOf: (construct: string) => string;
}

/**
 * The daemon's next message, made from records: each section only where there is something. The first message of a run
 * begins with the goal.
 */
export function composeMessage(inputs: readonly DeckEvent[], context: MessageContext): string {
  const goals = inputs.filter((event) => event.type === "goal.set");
  const opening = goals.at(0);
  const sections = [
    opening === undefined ? "" : openingSection(opening.body.goal, context),
    goalChangeSection(inputs),
    blacklistSection(inputs),
    loopSection(inputs),
    accountSection(inputs),
    refusalSection(inputs, context),
    rejectionSection(inputs),
    catalogueSection(
      inputs.flatMap((event) => (event.type === "catalogue.changed" ? [event.body] : [])),
      context.profiles,
      context.plugins,
    ),
    netrunnerSection(inputs),
    joinedSection(inputs),
    redirectSection(inputs),
    unreadSection(inputs),
    readSection(inputs, context),
    boundSection(inputs),
    outcomeSection(inputs),
    inFlightSection(context),
    `${heading.now} ${whatNow(inputs, context)}`,
  ];
  return sections.filter((section) => section !== "").join("\n\n");
}

/** What a fresh daemon process is told when its earlier session cannot be resumed. */
export function memorySection(memory: { goal: string; chat: string[]; plan: string[]; outcomes: Outcome[] }): string {
  const lines = [
    heading.memory,
    "You are taking over this run from an earlier session of yours. What is known:",
    `goal: ${memory.goal}`,
    ...memory.plan.map((thought) => `you thought: ${oneLine(thought, 300)}`),
    ...memory.chat.map((text) => `you told the netrunner: ${oneLine(text, 600)}`),
    ...memory.outcomes.map((outcome) => outcomeText(outcome, 600)),
  ];
  return headAndTail(lines.join("\n"), 24 * 1024).text;
}

function openingSection(goal: string, context: MessageContext): string {
  const cap = context.maxSpawns === 0 ? "no cap on the total" : `at most ${context.maxSpawns} in all`;
  return [
    `${heading.goal} ${goal}`,
    `${heading.workspace} ${context.workspace}`,
    `${heading.runFolder} ${context.runFolder}`,
    `LIMITS: ${context.maxConcurrent} constructs at a time, ${cap}; more are queued.`,
    `CALIBER: ${showCaliber(context.caliber)} by default${fixedText(context)}.`,
    `CADENCE: ${context.autopilot ? "autopilot: go on to the end without asking between steps." : "ask before the next big step."}`,
  ].join("\n");
}

const fixedText = ({ caliberFixed }: MessageContext): string =>
  caliberFixed.length === 0 ? "" : `; the netrunner has fixed its ${caliberFixed.join(" and ")} for all constructs`;

function goalChangeSection(inputs: readonly DeckEvent[]): string {
  const changes = inputs.filter((event) => event.type === "goal.changed");
  const [first, last] = [changes.at(0), changes.at(-1)];
  if (first === undefined || last === undefined) return "";
  return section(heading.goalChange, [
    `old:\n${indented(headAndTail(first.body.from, mostTask).text)}`,
    `new:\n${indented(last.body.to)}`,
    "The new one holds from now on. What is in flight for the old one goes on until you cancel it.",
  ]);
}

function blacklistSection(inputs: readonly DeckEvent[]): string {
  const items = inputs.flatMap((event) => {
    switch (event.type) {
      case "blacklist.added":
        return [`- forbidden from now on: ${quoted(event.body.entry)}`];
      case "blacklist.removed":
        return [`- not forbidden any more: ${quoted(event.body.entry)}`];
      case "blacklist.allowed":
        // It was let through because the netrunner has started it.
        if (joinedIn(inputs).some(({ task }) => task === event.body.task)) return [];
        return [
          `- the netrunner lets this task through; start it in exactly these words if it is still wanted:\n${indented(headAndTail(event.body.task, mostTask).text)}`,
        ];
      case "spawn.refused": {
        const { task, rule, reason } = event.body;
        return isBlacklistRule(rule) ? [`- not started: "${oneLine(task, 160)}": ${reason} (${rule})`] : [];
      }
      default:
        return [];
    }
  });
  if (items.length === 0) return "";
  return section(heading.blacklist, [
    ...items,
    "What is forbidden is final, whatever the wording: do not rephrase it, split it or work around it. Ask the netrunner in chat what to do instead.",
  ]);
}

const quoted = ({ task, reason }: { task: string; reason: string }): string =>
  `"${oneLine(task, 300)}"${reason === "" ? "" : ` (${oneLine(reason, 160)})`}`;

/** So that no line of it can pass for a heading. */
const indented = (text: string): string => text.replace(/^/gm, "  ");

/** The bytes of a task that is to be repeated word for word; the daemon has the rest of a longer one in its memory. */
const mostTask = 4096;

function loopSection(inputs: readonly DeckEvent[]): string {
  const items = inputs.flatMap((event) => {
    if (event.type !== "respawn.warned") return [];
    const { construct, task, count, of, earlier } = event.body;
    return [
      `- ${construct} "${oneLine(task, 160)}" is attempt ${count} of ${of} at the same work; ${earlier.join(", ")} ended badly. ` +
        "Another one will be refused: change the approach, or stop.",
    ];
  });
  return section(heading.respawnLoop, items);
}

function refusalSection(inputs: readonly DeckEvent[], context: MessageContext): string {
  const room = context.maxSpawns === 0 ? Number.POSITIVE_INFINITY : context.maxSpawns - context.total;
  const items = inputs.flatMap((event) => {
    if (event.type !== "spawn.refused" || isBlacklistRule(event.body.rule)) return [];
    const { task, rule, reason } = event.body;
    const since = rule === "cap.spawns" && room > 0 ? `; ${capRaised}` : "";
    return [`- "${oneLine(task, 160)}": ${reason} (${rule})${since}`];
  });
  return section(heading.refusals, items);
}

function rejectionSection(inputs: readonly DeckEvent[]): string {
  const items = inputs.flatMap((event) =>
    event.type === "daemon.action_rejected"
      ? [`- action ${event.body.position} ${event.body.item}: ${event.body.problem}`]
      : [],
  );
  return section(heading.actionProblems, items);
}

function netrunnerSection(inputs: readonly DeckEvent[]): string {
  const items = inputs.flatMap((event) => (event.type === "netrunner.said" ? [event.body.text] : []));
  return items.length === 0 ? "" : `${heading.netrunner}\n${items.join("\n---\n")}`;
}

/** What the netrunner has started beside the daemon. */
function joinedSection(inputs: readonly DeckEvent[]): string {
  const items = joinedIn(inputs).map(
    ({ construct, task }) =>
      `- ${construct}: "${oneLine(task, 600)}". Do not start the same work: its outcome comes to you like that of the others.`,
  );
  return section(heading.joined, items);
}

const joinedIn = (inputs: readonly DeckEvent[]): { construct: string; task: string }[] =>
  inputs.flatMap((event) =>
    event.type === "construct.queued" && event.body.origin === "netrunner" ? [event.body] : [],
  );

function redirectSection(inputs: readonly DeckEvent[]): string {
  const items = inputs.flatMap((event) => {
    if (event.type !== "construct.redirected") return [];
    const { construct, successor, text } = event.body;
    return [
      `- ${construct} was stopped; ${successor} goes on in its place with a new instruction: "${oneLine(text, 600)}". ` +
        `Start neither of them again: wait for the outcome of ${successor}.`,
    ];
  });
  return section(heading.redirected, items);
}

function unreadSection(inputs: readonly DeckEvent[]): string {
  const items = inputs.flatMap((event) =>
    event.type === "construct.unread"
      ? [`- ${event.body.construct} ended before it had read: "${oneLine(event.body.text, 160)}"`]
      : [],
  );
  return section(heading.unread, items);
}

function readSection(inputs: readonly DeckEvent[], context: MessageContext): string {
  const items = inputs.flatMap((event) => {
    if (event.type !== "daemon.read") return [];
    const { construct, part } = event.body;
    const parts = partsOf(context.resultOf(construct));
    return [`${heading.read} ${construct} part ${part} of ${parts.length}:\n${parts[part - 1] ?? ""}`];
  });
  return items.join("\n\n");
}

/** Bounds that were reached, and what the netrunner did about them. */
function boundSection(inputs: readonly DeckEvent[]): string {
  const items = inputs.flatMap((event) => {
    if (event.type === "bound.raised")
      return [
        `- ${event.body.construct}: the netrunner has raised its bound to ${showAmount(event.body.which, event.body.to)}`,
      ];
    if (event.type !== "bound.reached") return [];
    return [`- ${event.body.construct ?? "the run"} ${boundText(event.body)}; the netrunner was asked`];
  });
  return section(heading.bounds, items);
}

function outcomeSection(inputs: readonly DeckEvent[]): string {
  const items = inputs.flatMap((event) => (event.type === "construct.ended" ? [outcomeText(event.body.outcome)] : []));
  return items.length === 0 ? "" : `${heading.outcomes}\n${items.join("\n\n")}`;
}

/** What the daemon may still message or cancel, by id. */
function inFlightSection({ inFlight }: MessageContext): string {
  const shown = inFlight.slice(0, mostInFlight).map(({ id, state, task, unplaced }) => {
    const why = (unplaced ?? "") === "" ? "" : ` (${oneLine(unplaced ?? "", 160)})`;
    return `- ${id} ${state}${why}: ${oneLine(task, 80)}`;
  });
  const more = inFlight.length - shown.length;
  return section(heading.inFlight, more > 0 ? [...shown, `- and ${more} more`] : shown);
}

const mostInFlight = 20;

function whatNow(inputs: readonly DeckEvent[], context: MessageContext): string {
  const has = (type: DeckEvent["type"]): boolean => inputs.some((event) => event.type === type);
  const others =
    context.inFlight.length === 0 ? "Nothing else is in flight." : `${context.inFlight.length} more in flight.`;
  if (has("goal.set")) return "decide how to reach the goal and reply with one action block.";
  if (has("goal.changed"))
    return `the goal is another one: decide what still serves it, cancel what does not. ${others}`;
  if (has("netrunner.said")) return `the netrunner has spoken: answer in chat and act on it. ${others}`;
  if (has("construct.ended")) return `judge these outcomes and decide the next step. ${others}`;
  return `take the above into account and go on. ${others}`;
}

const section = (title: string, items: string[]): string => (items.length === 0 ? "" : `${title}\n${items.join("\n")}`);
