import type { Command } from "commander";
import { oneLine } from "../../../base/text.ts";
import type { Port } from "../../../host/port.ts";
import type { RunSummary } from "../../../protocol/view.ts";
import { money, moment, spell } from "../../words/amounts.ts";
import { exitCode } from "../exit.ts";
import { listRuns } from "../find-run.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp, type Page } from "../look-up.ts";
import type { Paint } from "../paint.ts";
import type { Piece } from "../pieces.ts";
import { runWord, type StateWord } from "../../words/state-word.ts";
import { tableLines } from "../table.ts";
import { definePrune } from "./prune.ts";
import type { World } from "../world.ts";

interface RunsFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

/** `cyberdeck runs`: the runs of a deck, newest first. */
export function defineRuns(command: Command, world: World, finish: (code: number) => void): void {
  definePrune(
    command.command("prune").description("remove old runs that are over; a dry run unless --yes"),
    world,
    finish,
  );
  addHomeFlags(command)
    .option("--json", "write each run as a line of JSON")
    .addHelpText("after", examples)
    .action(async () => {
      const flags = command.optsWithGlobals<RunsFlags>();
      const question = async (port: Port, { columns, paint }: Page): Promise<string> => {
        const runs = await listRuns(port);
        const cut = await cutOff(port, runs);
        if (flags.json === true) return runs.map((run) => jsonLine(flatSummary(run, cut.has(run.run)))).join("");
        if (runs.length === 0) return noRuns;
        const lines = runTable(runs, cut, columns, paint);
        for (const run of cut) lines.push(`${run} was cut off. Go on with: cyberdeck run --resume ${run}`);
        return `${lines.join("\n")}\n`;
      };
      await lookUp(world, flags, question, "either");
      finish(exitCode.done);
    });
}

/** Runs that are at work by the record, and that no deck has: theirs has died. */
async function cutOff(port: Port, runs: readonly RunSummary[]): Promise<ReadonlySet<string>> {
  const atWork = (some: readonly RunSummary[]): string[] =>
    some.filter(({ status }) => status === "running").map(({ run }) => run);
  const working = atWork(runs);
  if (working.length === 0) return new Set();
  const open = new Set((await port.send({ type: "runs.open" })).runs.map(({ run }) => run));
  const lost = new Set(working.filter((run) => !open.has(run)));
  // One may have ended after the list was made.
  return lost.size === 0 ? lost : new Set(atWork(await listRuns(port)).filter((run) => lost.has(run)));
}

function runTable(
  runs: readonly RunSummary[],
  cut: ReadonlySet<string>,
  columns: number | undefined,
  paint: Paint,
): string[] {
  const titles = ["RUN", "OPENED", "STATUS", "TIME", "COST", "DONE", "GOAL"];
  const rows = runs.map((run) => rowOf(run, cut.has(run.run)));
  return tableLines({ titles, rows, right: [3, 4, 5] }, columns, paint);
}

function rowOf(run: RunSummary, isCut: boolean): Piece[] {
  const state = isCut ? cutWord : runWord(run.status);
  return [
    { text: oneLine(run.run, 60) },
    { text: moment(run.openedAt) },
    { text: `${state.glyph} ${state.word}`, style: state.style === "alarm" ? "warning" : state.style },
    { text: spell(run.durationMs) },
    { text: money(run.costUsd) },
    { text: `${run.done}/${run.constructs}` },
    { text: oneLine(run.goal.slice(0, 800), 100) },
  ];
}

const cutWord: StateWord = { glyph: "‖", word: "cut off", style: "warning" };

const flatSummary = (run: RunSummary, isCut: boolean): Record<string, unknown> => ({
  run: run.run,
  kind: run.kind,
  goal: run.goal,
  status: run.status,
  cut_off: isCut,
  opened_at: run.openedAt,
  duration_ms: run.durationMs,
  cost_usd: run.costUsd,
  constructs: run.constructs,
  done: run.done,
});

const noRuns = 'No runs yet. Start one with: cyberdeck run "GOAL"\n';

const examples = `
Examples:
  cyberdeck runs
  cyberdeck runs prune --older-than 30d
  cyberdeck runs --workspace ~/project --json | jq -r 'select(.status == "waiting") | .run'
`;
