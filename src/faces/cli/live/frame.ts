import { oneLine } from "../../../base/text.ts";
import { sparesIn } from "../../../protocol/pool.ts";
import { troubleWords, type AccountHold } from "../../../protocol/account.ts";
import type { ConstructView, RunView } from "../../../protocol/view.ts";
import { costOf, isEnded } from "../../../protocol/view.ts";
import { dial, money } from "../../words/amounts.ts";
import { near } from "../near.ts";
import type { Paint } from "../paint.ts";
import type { Piece } from "../pieces.ts";
import { flow, renderLine } from "../pieces.ts";
import { constructWord, daemonWord } from "../../words/state-word.ts";
import { pad } from "../../words/width.ts";

export interface FrameInput {
  view: RunView;
  /** Milliseconds since the epoch. */
  now: number;
  columns: number;
  rows: number;
  paint: Paint;
}

/**
 * The live block: the header, then a line for each construct that has not ended. Pure. It leaves the last column and the
 * last row of the terminal free: the cursor stands there, and a full last column would wrap on some terminals.
 */
export function frame({ view, now, columns, rows, paint }: FrameInput): string[] {
  const width = Math.max(1, columns - 1);
  const height = Math.max(1, rows - 1);
  const header = flow(headerPieces(view, now), width).slice(0, Math.max(1, Math.floor(height / 2)));
  const alive = Object.values(view.constructs)
    .filter((construct) => !isEnded(construct))
    .sort((a, b) => urgency[a.state] - urgency[b.state]);
  const room = Math.max(0, height - header.length);
  const shown = alive.length <= room ? alive : alive.slice(0, Math.max(0, room - 1));
  const lines = [...header, ...shown.map((construct) => constructPieces(construct, view, now, columns))];
  const hidden = alive.length - shown.length;
  if (hidden > 0 && room > 0) lines.push([{ text: `+${hidden} more`, style: "faint" }]);
  return lines.map((line) => renderLine(line, width, paint));
}

const urgency: Record<ConstructView["state"], number> = {
  held: -1,
  paused: -1,
  parked: 1,
  ending: 0,
  running: 1,
  starting: 2,
  queued: 3,
  suspended: 3,
  done: 4,
  failed: 4,
  killed: 4,
  redirected: 4,
};

/** What must not be missed comes first: a small terminal shows only the beginning. */
function headerPieces(view: RunView, now: number): Piece[] {
  const daemon = daemonWord(view);
  const count = (state: ConstructView["state"]): number =>
    Object.values(view.constructs).filter((construct) => construct.state === state).length;
  const active = count("running") + count("starting") + count("ending") + count("held") + count("paused");
  const warm = view.closedAt === null ? sparesIn(view.pool, "ready") : 0;
  const failed = count("failed") + count("killed");
  const elapsed = view.durationMs + (view.closedAt === null ? Math.max(0, now - view.lastAt) : 0);
  const { account } = view;
  const pieces: (Piece | false | undefined)[] = [
    daemon?.style === "alarm" && { text: ` ${daemon.word} `, style: "alarm" },
    view.settings.offline && { text: "OFFLINE (scripted offline model)", style: "warning" },
    { text: dial(elapsed), style: "strong" },
    { text: money(costOf(view)), style: "strong" },
    daemon !== undefined &&
      daemon.style !== "alarm" && { text: `daemon ${daemon.glyph} ${daemon.word}`, style: daemon.style },
    count("held") > 0 && { text: ` ${count("held")} HELD FOR YOU `, style: "alarm" },
    account !== null && { text: ` ${accountPiece(account, now)} `, style: "alarm" },
    count("parked") > 0 && { text: `${count("parked")} waiting for it`, style: "warning" },
    count("paused") > 0 && { text: ` ${count("paused")} PAUSED `, style: "alarm" },
    { text: `${active} running` },
    { text: `${count("queued")} queued` },
    warm > 0 && { text: `${warm} warm` },
    { text: `${count("done")} done`, style: count("done") > 0 ? "good" : "plain" },
    failed > 0 && { text: `${failed} failed`, style: "bad" },
    { text: `brake ${view.settings.brake}`, style: view.settings.brake === "yolo" ? "warning" : "plain" },
    { text: oneLine(view.run, 60), style: "faint" },
  ];
  return pieces.filter((piece): piece is Piece => typeof piece === "object");
}

/** What holds all of them up, and how long it still does. */
function accountPiece({ kind, retry_at }: AccountHold, now: number): string {
  const word = `ACCOUNT HELD: ${troubleWords[kind]}`;
  if (retry_at === null) return `${word}, IT NEEDS YOU`;
  return retry_at > now ? `${word}, next try in ${dial(retry_at - now)}` : `${word}, one tries again`;
}

function constructPieces(construct: ConstructView, view: RunView, now: number, columns: number): Piece[] {
  const state = constructWord(construct.state);
  const since = construct.startedAt ?? construct.queuedAt;
  const roomy = columns >= 60;
  const activity = construct.state === "queued" ? `${construct.activity} · ${construct.task}` : construct.activity;
  return [
    { text: `${state.glyph} ${pad(state.word, 8)} `, style: state.style },
    { text: `${pad(oneLine(construct.id, 20), 11)} ` },
    { text: `${pad(dial(now - since), roomy ? 7 : 5, "right")} `, style: "faint" },
    ...(roomy ? [{ text: `${pad(money(construct.costUsd), 8, "right")}  `, style: "faint" as const }] : []),
    { text: oneLine(near(activity, view).slice(0, columns * 8), columns * 2) },
  ];
}
