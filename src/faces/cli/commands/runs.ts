import type { Command } from "commander";
import { oneLine } from "../../../base/text.ts";
import type { RunSummary } from "../../../protocol/view.ts";
import { money, moment, spell } from "../../words/amounts.ts";
import { exitCode } from "../exit.ts";
import { listRuns } from "../find-run.ts";
import type { DeckFlags } from "../flags/deck-flags.ts";
import { addHomeFlags } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import type { Paint } from "../paint.ts";
import type { Piece } from "../pieces.ts";
import { runWord } from "../../words/state-word.ts";
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
      await lookUp(world, flags, async (port, { columns, paint }) => {
        const runs = await listRuns(port);
        if (flags.json === true) return runs.map((run) => jsonLine(flatSummary(run))).join("");
        return runs.length === 0 ? noRuns : `${runTable(runs, columns, paint).join("\n")}\n`;
      });
      finish(exitCode.done);
    });
}

function runTable(runs: RunSummary[], columns: number | undefined, paint: Paint): string[] {
  const titles = ["RUN", "OPENED", "STATUS", "TIME", "COST", "DONE", "GOAL"];
  return tableLines({ titles, rows: runs.map(rowOf), right: [3, 4, 5] }, columns, paint);
}

function rowOf(run: RunSummary): Piece[] {
  const state = runWord(run.status);
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

const flatSummary = (run: RunSummary): Record<string, unknown> => ({
  run: run.run,
  kind: run.kind,
  goal: run.goal,
  status: run.status,
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
