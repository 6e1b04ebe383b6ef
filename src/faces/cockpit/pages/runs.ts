import { oneLine } from "../../../base/text.ts";
import { count } from "../../../base/units.ts";
import type { RunSummary } from "../../../protocol/view.ts";
import { money, moment, spell } from "../../words/amounts.ts";
import { runWord } from "../../words/state-word.ts";
import { wrap } from "../../words/width.ts";
import { blank, filling, line, type Line } from "../draw/block.ts";
import { listAndBox } from "../draw/list-and-box.ts";
import { cents } from "../fleet/figures.ts";
import { listActions, movedTo, placeIn } from "../draw/listing.ts";
import type { TableColumn } from "../draw/table.ts";
import { tame } from "../draw/tame.ts";
import type { At, Page } from "../page.ts";
import { runOrderWord, type ListedRun, type RunList } from "../runs/run-list.ts";
import { runPageActions } from "../runs/run-page-actions.ts";
import { listOf, newRunsState, runHere, type RunsState } from "../runs/runs-state.ts";

/** All runs of the home: to look into, to replay, to go on with, to keep or to remove. */
export const runsPage: Page<RunsState> = {
  name: "runs",
  title: "Runs",
  begin: ({ run }, _model, before) => {
    const state = before ?? newRunsState();
    return run === undefined ? state : { ...state, listing: { cursor: run, place: 0 } };
  },
  entered: (at) => void reload(at),
  draw(seen) {
    const { state, size } = seen;
    const list = listOf(seen);
    if (list.rows.length === 0) return filling(emptyLines(list, state), size.columns, size.rows);
    const shown = {
      columns: columnsFor(size.columns),
      rows: list.rows,
      idOf: ({ summary }: ListedRun) => summary.run,
      place: placeIn(list.ids, state.listing),
      note: noteOf(list, state),
      about: (row: ListedRun) => ({ title: row.summary.run, lines: boxLines(row, size.columns - 4) }),
    };
    return listAndBox(shown, size);
  },
  focus: (seen) => ({ run: runHere(seen)?.summary.run }),
  actions: [
    ...runPageActions((at) => void reload(at)),
    ...listActions<RunsState>("runs", {
      ids: (seen) => listOf(seen).ids,
      get: (state) => state.listing,
      set: (state, listing) => ({ ...state, listing }),
    }),
  ],
  clicked: (target, { state, focus, hands }) => {
    if (focus.run === target) hands.act("runs.open");
    return { ...state, listing: { cursor: target, place: 0 } };
  },
  wheeled: (rows, seen) => {
    const { ids } = listOf(seen);
    return { ...seen.state, listing: movedTo(ids, placeIn(ids, seen.state.listing) + Math.sign(rows)) };
  },
};

async function reload({ state, hands, update }: At<RunsState>): Promise<void> {
  if (state.isLoading) return;
  update((now) => ({ ...now, isLoading: true }));
  const answer = await hands.ask({ type: "runs.list" });
  const news = "problem" in answer ? { problem: answer.problem } : { problem: "", listed: answer.reply.runs };
  update((now) => ({ ...now, ...news, isLoading: false }));
}

const columnsFor = (width: number): TableColumn<ListedRun>[] => [
  { title: "STATUS", width: 17, cell: ({ summary }) => statusOf(summary) },
  { title: "WHEN", width: 16, cell: ({ summary }) => [moment(summary.openedAt), "faint"] },
  { title: "TIME", width: 9, side: "right", cell: ({ summary }) => spell(summary.durationMs) },
  { title: "COST", width: 7, side: "right", cell: ({ summary }) => cents(summary.costUsd) },
  { title: "DONE", width: 5, side: "right", cell: ({ summary }) => `${summary.done}/${summary.constructs}` },
  ...(width >= 110
    ? [{ title: "RUN", width: 4, cell: ({ summary }: ListedRun) => [summary.run.slice(-4), "faint"] as const }]
    : []),
  { title: "GOAL", width: 0, cell: ({ summary }) => oneLine(summary.goal.slice(0, 800), 240) },
];

function statusOf(summary: RunSummary): readonly [string, "plain" | "warning" | "good" | "bad" | "busy" | "faint"] {
  const { glyph, word, style } = runWord(summary.status);
  return [`${glyph} ${word}`, style === "alarm" || style === "strong" ? "warning" : style];
}

function noteOf({ rows, all }: RunList, { filter, order }: RunsState): string {
  const shown = filter === "" ? [] : [`/${oneLine(filter, 24)}  ${rows.length} of ${all}`];
  return [...shown, runOrderWord(order)].join(" · ");
}

function boxLines({ summary, isOpen, isCurrent }: ListedRun, width: number): Line[] {
  const { glyph, word } = runWord(summary.status);
  const facts = [
    `${glyph} ${word}`,
    `opened ${moment(summary.openedAt)}`,
    `at work for ${spell(summary.durationMs)}`,
    money(summary.costUsd),
    `${summary.done} of ${count(summary.constructs, "construct")} done`,
  ];
  const goal = wrap(tame(summary.goal.slice(0, 2000)), width).slice(0, 3);
  const what = isOpen
    ? isCurrent
      ? "It is open, and the one that your keys act on."
      : "It is open: Enter makes it the one that your keys act on."
    : "It is over: Enter looks into its record, r replays it, c goes on with it.";
  return [
    line([` ${facts.join(" · ")}`, "faint"]),
    ...goal.map((text) => line(` ${text}`)),
    blank,
    line([` ${what}`, "faint"]),
  ];
}

function emptyLines({ all }: RunList, { listed, isLoading, problem, filter }: RunsState): Line[] {
  if (all > 0)
    return [
      blank,
      line([`  None of ${all} runs is like this: `, "faint"], [filter, "strong"]),
      line(["  / changes the filter, Esc takes it away.", "faint"]),
    ];
  if (problem !== "") return [blank, line([`  The runs cannot be listed: ${problem}`, "warning"])];
  if (listed === null || isLoading) return [blank, line(["  The record is being read…", "faint"])];
  return [
    blank,
    line(["  No run yet.", "strong"]),
    blank,
    line(["  e  ", "key"], "sets a goal: its run stands here from then on, also when it is over"),
  ];
}
