import { oneLine } from "../../../base/text.ts";
import type { CallReason, NotifySettings } from "../../../protocol/cockpit-settings.ts";
import type { RunStatus } from "../../../protocol/run-status.ts";
import { currentRun, isOpen, type DeckModel } from "../model/deck-model.ts";
import type { NeedReason } from "../model/need.ts";
import { needsOf } from "../model/needs.ts";
import { whoOf } from "./need-words.ts";

/** What the netrunner may be called for, as it is at a moment. */
export interface Noticed {
  /** What waits, by its id, with why and what about. */
  needs: ReadonlyMap<string, { reason: CallReason; text: string }>;
  /** The runs that have ended, with how. */
  ended: ReadonlyMap<string, { status: RunStatus; text: string }>;
  isLost: boolean;
}

/** What is done to call the netrunner. */
export interface Calls {
  bell: boolean;
  /** The text of a notification of the desktop; null: there is none. */
  desktop: string | null;
}

export function notice(model: DeckModel): Noticed {
  const needs = needsOf(model).map(
    (need) => [need.id, { reason: reasons[need.reason], text: `${whoOf(need)}: ${need.title}: ${need.text}` }] as const,
  );
  const ended = [...model.runs.values()]
    .filter((view) => !isOpen(view))
    .map((view) => [view.run, { status: view.status, text: `${view.status}: ${view.goal || view.run}` }] as const);
  return { needs: new Map(needs), ended: new Map(ended), isLost: model.link.state === "lost" };
}

/**
 * What has come since before that the netrunner wants to be called for. What was there already calls nobody, nor does anything at the
 * first look.
 * @param isFocused the terminal's window is in front: whoever looks at it needs no call, unless the settings want one
 */
export function callsFor(before: Noticed | null, after: Noticed, settings: NotifySettings, isFocused: boolean): Calls {
  if (before === null || (isFocused && !settings.focused)) return { bell: false, desktop: null };
  const news: { reason: CallReason; text: string }[] = [
    ...[...after.needs].filter(([id]) => !before.needs.has(id)).map(([, need]) => need),
    ...[...after.ended]
      .filter(([run]) => !before.ended.has(run))
      .flatMap(([, { status, text }]) => (status === "done" || status === "failed" ? [{ reason: status, text }] : [])),
    ...(after.isLost && !before.isLost ? [{ reason: "lost" as const, text: "the deck cannot be reached" }] : []),
  ];
  const texts = news.filter(({ reason }) => settings[reason].includes("desktop")).map(({ text }) => text);
  return { bell: news.some(({ reason }) => settings[reason].includes("bell")), desktop: desktopText(texts) };
}

/** Of the terminal's window: how many need the netrunner, and what the deck is at. */
export function titleOf(model: DeckModel): string {
  const count = needsOf(model).length;
  const run = currentRun(model);
  const about = run === undefined || !isOpen(run) ? "" : ` – ${run.kind === "goal" ? oneLine(run.goal, 60) : "tasks"}`;
  return `${count > 0 ? `⚑${count} ` : ""}cyberdeck${about}`;
}

const longestText = 200;

function desktopText(texts: readonly string[]): string | null {
  const [first, ...more] = texts;
  if (first === undefined) return null;
  const rest = more.length === 0 ? "" : ` – and ${more.length} more`;
  return `${oneLine(first, longestText)}${rest}`;
}

const reasons: Record<NeedReason, CallReason> = {
  hold: "hold",
  gate: "bypassed",
  bound: "attention",
  account: "attention",
  silent: "attention",
  forbidden: "task",
  daemon: "daemon",
};
