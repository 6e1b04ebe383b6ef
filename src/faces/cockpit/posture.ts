import { addSpent, nothingSpent } from "../../protocol/spent.ts";
import { sparesIn } from "../../protocol/pool.ts";
import { costOf, isEnded, spentOf, type ConstructView, type RunView } from "../../protocol/view.ts";
import { money } from "../words/amounts.ts";
import { daemonWord, runWord } from "../words/state-word.ts";
import { line, type Line, type Span } from "./draw/block.ts";
import type { Look } from "./draw/look.ts";
import { currentRun, isOpen, lookedInto, type DeckModel } from "./model/deck-model.ts";
import { needsOf } from "./model/needs.ts";
import { clip, widthOf } from "../words/width.ts";

/** The two rows that are always there: who is needed, under which rules, at what price, and how the fleet stands. */
export function postureLines(model: DeckModel, columns: number): [Line, Line] {
  const run = currentRun(model);
  const needs = needsOf(model).length;
  const need: Span[] =
    needs === 0
      ? [{ text: " nothing needs you ", look: "faint" }]
      : [{ text: ` ⚑ ${needs} NEED${needs === 1 ? "S" : ""} YOU · g `, look: "act" }];
  const first = [
    { text: " CYBERDECK ", look: "title" as const },
    linkSpan(model),
    ...(lookedInto(model) === undefined ? brakeSpans(run) : []),
    ...recordSpans(model, run),
    ...(run?.settings.offline === true ? [{ text: "  OFFLINE MODEL", look: "warning" as const }] : []),
    model.link.state === "lost"
      ? {
          text: `  ${[model.link.why, model.link.hint].filter((text) => text !== "").join(". ")}`,
          look: "bad" as const,
        }
      : { text: `  ${goalText(run)}`, look: "plain" as const },
  ];
  // How a run that is over stood last is told above; its daemon says nothing any more.
  const daemon = run !== undefined && isOpen(run) ? daemonSpans(run) : [];
  const room = columns - lengthOf(daemon) - 1;
  const states = forms.map((form) => countSpans(model, run, form));
  const fitting = states.find((spans) => lengthOf(spans) <= room) ?? states.at(-1) ?? [];
  return [ends(first, need, columns), ends(fitting, daemon, columns)];
}

/** How much of the second row is said. */
interface Form {
  /** Each count with its word. */
  hasWords?: boolean;
  /** What all open runs have cost together. */
  hasSum?: boolean;
  hasPool?: boolean;
  hasDay?: boolean;
  /** Also who waits for the provider, and how the others ended. */
  hasRest?: boolean;
}

/** Longest first. Who is at work, queued and held is told in each of them; the rest gives way piece by piece. */
const forms: readonly Form[] = [
  { hasWords: true, hasSum: true, hasPool: true, hasDay: true, hasRest: true },
  { hasSum: true, hasPool: true, hasDay: true, hasRest: true },
  { hasPool: true, hasDay: true, hasRest: true },
  { hasDay: true, hasRest: true },
  { hasRest: true },
  {},
];

function linkSpan({ link, runs }: DeckModel): Span {
  if (link.state === "lost") return { text: "○ NO DECK", look: "bad" };
  if (link.state === "attaching") return { text: "◌ attaching", look: "warning" };
  const held = [...runs.values()].find((view) => isOpen(view) && view.account !== null);
  return held === undefined
    ? { text: "● attached", look: "good" }
    : { text: `◐ ${held.account?.kind ?? "held"}`, look: "warning" };
}

function brakeSpans(run: RunView | undefined): Span[] {
  if (run === undefined) return [];
  const { brake, airgap } = run.settings;
  const signs: Record<string, [string, Look]> = {
    paranoid: ["▲", "warning"],
    default: ["=", "plain"],
    yolo: ["▼", "bad"],
  };
  const [sign, look] = signs[brake] ?? ["=", "plain"];
  return [{ text: `  ${sign} ${brake}`, look }, ...(airgap ? [{ text: "  airgap", look: "warning" as const }] : [])];
}

/** A run that is over is not to be taken for one that goes on. */
function recordSpans({ recorded }: DeckModel, run: RunView | undefined): Span[] {
  if (run === undefined || isOpen(run)) return [];
  const { glyph, word, style } = runWord(run.status);
  const status: Span = { text: `  ${glyph} ${word}`, look: style === "alarm" ? "warning" : style };
  if (!recorded.has(run.run)) return [status];
  return [{ text: "  FROM THE RECORD", look: "warning" }, { text: " · h back", look: "key" }, status];
}

const goalText = (run: RunView | undefined): string => {
  if (run === undefined) return "no run: e sets a goal, n starts a construct";
  return run.kind === "goal" ? run.goal : "tasks without a goal";
};

function countSpans(model: DeckModel, run: RunView | undefined, form: Form): Span[] {
  const open = [...model.runs.values()].filter(isOpen);
  // What is counted is what goes on, also while a run that is over is looked into; where nothing does, how that one's have ended.
  const isBeside = lookedInto(model) !== undefined && open.length > 0;
  const over = isBeside || run === undefined || isOpen(run) ? [] : Object.values(run.constructs).filter(isEnded);
  const constructs = [...open.flatMap((view) => Object.values(view.constructs)), ...over];
  const of = (...states: ConstructView["state"][]): number =>
    constructs.filter(({ state }) => states.includes(state)).length;
  const held = of("held", "paused");
  const failed = of("failed", "killed");
  const cost = run === undefined ? 0 : costOf(run);
  const budget = run?.settings.budget_usd ?? 0;
  const dayBudget = run?.settings.day_usd ?? 0;
  const spent = open.map(spentOf).reduce(addSpent, nothingSpent);
  const ready = open.reduce((sum, view) => sum + sparesIn(view.pool, "ready"), 0);
  const size = run === undefined || !isOpen(run) ? 0 : run.settings.pool;
  const count = (sign: string, word: string, n: number, look: Look): Span => ({
    text: form.hasWords === true ? ` ${sign} ${n} ${word} ` : ` ${sign}${n}`,
    look,
  });
  const ended = [
    count("◌", "waiting", of("parked"), "faint"),
    count("✓", "done", of("done"), "good"),
    count("✗", "failed", failed, failed > 0 ? "bad" : "faint"),
  ];
  return [
    { text: ` ${money(cost)}${budget > 0 ? ` of ${money(budget)}` : ""}` },
    ...(form.hasDay === true
      ? [
          {
            text: ` · today ${money(model.today.usd)}${dayBudget > 0 ? ` of ${money(dayBudget)}` : ""}`,
            look: "faint" as const,
          },
        ]
      : []),
    ...(form.hasSum === true && open.length > 1
      ? [{ text: ` · all ${money(spent.costUsd)}`, look: "faint" as const }]
      : []),
    { text: isBeside ? "  open runs " : " ", look: "faint" },
    { text: " " },
    count("●", "at work", of("starting", "running", "ending"), "busy"),
    count("·", "queued", of("queued", "suspended"), "faint"),
    count("!", "held", held, held > 0 ? "alarm" : "faint"),
    ...(form.hasRest === true ? ended : []),
    ...(form.hasPool === true && size > 0
      ? [
          {
            text: `  pool ${"■".repeat(Math.min(ready, size))}${"□".repeat(Math.max(0, size - ready))}`,
            look: "faint" as const,
          },
        ]
      : []),
  ];
}

function daemonSpans(run: RunView): Span[] {
  const word = daemonWord(run);
  if (word === undefined) return [];
  if (word.style === "alarm") return [{ text: ` daemon: ${word.word} `, look: "act" }];
  return [{ text: ` daemon ${word.glyph} ${word.word} `, look: word.style }];
}

const lengthOf = (spans: readonly Span[]): number => spans.reduce((sum, { text }) => sum + widthOf(text), 0);

/** A text that is longer than this is a sentence, characters. */
const longWords = 24;

/** One part at the left, which gives way, and one at the right. */
function ends(left: readonly Span[], right: readonly Span[], columns: number): Line {
  let room = Math.max(0, columns - lengthOf(right));
  const head: Span[] = [];
  for (const span of left) {
    const whole = span.text.replaceAll("\n", " ");
    // Half a figure says something else; half a goal or a reason is better than none.
    const text = widthOf(whole) <= room ? whole : whole.length < longWords ? "" : clip(whole, room);
    room -= widthOf(text);
    head.push({ ...span, text });
  }
  return line(...head, " ".repeat(room), ...right);
}
