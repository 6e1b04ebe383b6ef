import { filterActions } from "../actions/filter-actions.ts";
import { confirmDialog } from "../dialogs/confirm.ts";
import { promptDialog } from "../dialogs/prompt.ts";
import { newListing } from "../draw/listing.ts";
import type { Action, At, Hands } from "../page.ts";
import { count, readDuration, showBytes } from "../../../base/units.ts";
import { oneLine } from "../../../base/text.ts";
import type { Pruning } from "../../../protocol/retention.ts";
import { moment } from "../../words/amounts.ts";
import { meanRun } from "./open-recorded.ts";
import { resumePrompt } from "./resume-prompt.ts";
import { runOrderWord, runSorts } from "./run-list.ts";
import { listOf, runHere, type RunsState } from "./runs-state.ts";

/** What the page of the runs does beside moving its cursor. `reload` asks the deck for the list anew. */
export const runPageActions = (reload: (at: At<RunsState>) => void): Action<RunsState>[] => [
  {
    id: "runs.open",
    title: "look into it",
    keys: ["enter", "space"],
    can: (at) => runHere(at) !== undefined,
    run: (at) => void lookInto(at, "fleet"),
  },
  {
    id: "runs.replay",
    title: "replay",
    keys: ["r"],
    can: (at) => runHere(at) !== undefined,
    run: ({ hands, focus }) => hands.show("replay", { run: focus.run }),
  },
  {
    id: "runs.resume",
    title: "go on with it",
    keys: ["c"],
    can: (at) => runHere(at)?.isOpen === false,
    run: ({ model, hands, focus }) => {
      const { run } = focus;
      if (run !== undefined) void resumePrompt(run, model, hands, () => hands.show("fleet", { run }));
    },
  },
  ...filterActions<RunsState>("runs", {
    get: ({ filter }) => filter,
    set: (state, filter, restarts) => ({ ...state, filter, listing: restarts ? newListing : state.listing }),
    found: listOf,
  }),
  {
    id: "runs.sort",
    title: "order",
    keys: ["o"],
    isRare: true,
    run: ({ state, hands }) => {
      const sort = runSorts[(runSorts.indexOf(state.order.sort) + 1) % runSorts.length] ?? "when";
      const order = { sort, isReversed: false };
      hands.say(`in order: ${runOrderWord(order)}`);
      return { ...state, order };
    },
  },
  {
    id: "runs.reverse",
    title: "order the other way round",
    keys: ["O"],
    isRare: true,
    run: ({ state }) => ({ ...state, order: { ...state.order, isReversed: !state.order.isReversed } }),
  },
  {
    id: "runs.export",
    title: "export to an archive",
    keys: ["E"],
    isRare: true,
    can: (at) => runHere(at) !== undefined,
    run: (at) => exportPrompt(at),
  },
  { id: "runs.prune", title: "remove old runs", keys: ["D"], isRare: true, run: (at) => prunePrompt(at, reload) },
  {
    id: "runs.copy",
    title: "copy the run's id",
    keys: ["y"],
    isRare: true,
    can: (at) => runHere(at) !== undefined,
    run: ({ hands, focus }) => hands.copy(focus.run ?? "", "the id of the run"),
  },
  {
    id: "runs.copy_json",
    title: "copy the run as JSON",
    keys: ["Y"],
    isRare: true,
    can: (at) => runHere(at) !== undefined,
    run: (at) => at.hands.copy(JSON.stringify(runHere(at)?.summary, null, 2), `${at.focus.run ?? ""} as JSON`),
  },
  { id: "runs.reload", title: "read the list again", keys: [], run: (at) => reload(at) },
];

async function lookInto({ focus, model, hands }: At<RunsState>, page: string): Promise<void> {
  const { run } = focus;
  if (run !== undefined && (await meanRun(run, model, hands))) hands.show(page, { run });
}

function exportPrompt({ model, focus, hands }: At<RunsState>): void {
  const { run } = focus;
  if (run === undefined) return;
  const workspace = model.host?.workspace ?? "";
  hands.open(
    promptDialog(
      {
        kind: "export",
        title: "Export the run",
        words: [
          `All that is kept of ${run} goes into one archive; secrets are taken out of its texts.`,
          `A path without / at its beginning is below ${workspace}. A file that is there is never written over.`,
        ],
        initial: `${workspace}/${run}.tar.gz`,
        verb: "writes it",
        submit: (text, mine) => void exportTo(run, text.startsWith("/") ? text : `${workspace}/${text}`, mine),
      },
      hands,
    ),
  );
}

async function exportTo(run: string, to: string, hands: Hands): Promise<void> {
  if (/\/~(\/|$)/.test(to)) {
    hands.say("~ is not known here: write the whole path", "warning");
    return;
  }
  const made = await hands.send({ type: "run.export", run, to });
  if (made !== undefined)
    hands.say(
      `${made.path}: ${count(made.files, "file")}, ${showBytes(made.bytes)}; look before you hand it on`,
      "good",
    );
}

function prunePrompt(at: At<RunsState>, reload: (at: At<RunsState>) => void): void {
  at.hands.open(
    promptDialog(
      {
        kind: "prune",
        title: "Remove old runs",
        words: [
          "Of runs that are over, those whose last event is so old, such as 30d or 12h. Add a number to keep",
          "that many of the newest in any case: 30d 20. First you see which; nothing is removed by this.",
        ],
        initial: "30d",
        verb: "shows which",
        submit: (text) => void showPrunable(text, at, reload),
      },
      at.hands,
    ),
  );
}

async function showPrunable(text: string, at: At<RunsState>, reload: (at: At<RunsState>) => void): Promise<void> {
  const { hands } = at;
  const [age = "", keep = "0", ...rest] = text.split(/\s+/);
  const olderThanMs = readDuration(age);
  if (olderThanMs === undefined || !/^\d{1,6}$/.test(keep) || rest.length > 0) {
    hands.say(`"${oneLine(text, 40)}" is no age: write such as 30d, or 30d 20 to keep twenty`, "warning");
    return;
  }
  const order = { type: "runs.prune", older_than_ms: olderThanMs, keep: Number(keep) } as const;
  const found = await hands.send({ ...order, apply: false });
  if (found === undefined) return;
  if (found.runs.length === 0) {
    hands.say(`nothing to remove: ${count(found.kept + found.unfinished.length, "run")} stay`);
    return;
  }
  const remove = async (mine: Hands): Promise<void> => {
    const removed = await mine.send({ ...order, apply: true });
    if (removed === undefined) return;
    mine.say(`removed: ${count(removed.runs.length, "run")}, about ${showBytes(bytesOf(removed))}`, "good");
    reload(at);
  };
  hands.open(
    confirmDialog({
      title: "Remove these runs?",
      words: prunableWords(found),
      verb: "removes them for good",
      run: (mine) => void remove(mine),
    }),
  );
}

/** So many of them are named; the others are counted. */
const mostNamed = 10;

function prunableWords(found: Pruning): (string | readonly [string, "warning" | "faint"])[] {
  const { runs, unfinished, kept } = found;
  const named = runs
    .slice(0, mostNamed)
    .map((run) => `${run.run.slice(-4)}  ${moment(run.last_at)}  ${oneLine(run.goal.slice(0, 200), 40)}`);
  const more = runs.length > mostNamed ? [`… and ${runs.length - mostNamed} more`] : [];
  const open = unfinished.length;
  const beside = open === 0 ? "" : `, and ${open} that ${open === 1 ? "is" : "are"} not over`;
  const stay = `${count(kept, "run")} ${kept === 1 ? "stays" : "stay"}${beside}.`;
  const them = runs.length === 1 ? "it" : "them";
  return [
    ...named,
    ...more,
    [
      `${count(runs.length, "run")}, about ${showBytes(bytesOf(found))}, with all that is on record of ${them}. ${stay}`,
      "warning",
    ],
    ["Esc, then E exports one that you want to keep.", "faint"],
  ];
}

const bytesOf = ({ runs }: Pruning): number => runs.reduce((sum, { bytes }) => sum + bytes, 0);
