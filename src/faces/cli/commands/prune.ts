import { Option, type Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { oneLine } from "../../../base/text.ts";
import { count, showBytes } from "../../../base/units.ts";
import type { Port } from "../../../host/port.ts";
import type { Pruning } from "../../../protocol/retention.ts";
import { moment } from "../../words/amounts.ts";
import { exitCode } from "../exit.ts";
import { addHomeFlags, type DeckFlags } from "../flags/deck-flags.ts";
import { duration, wholeNumber } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp, type Page } from "../look-up.ts";
import { runWord } from "../../words/state-word.ts";
import { tableLines } from "../table.ts";
import type { World } from "../world.ts";

interface PruneFlags extends DeckFlags {
  olderThan?: number;
  keep?: number;
  yes?: boolean;
  json?: boolean;
  color: boolean;
}

/** `cyberdeck runs prune`: removes old runs that are over for good. Without `--yes` it only says which. */
export function definePrune(command: Command, world: World, finish: (code: number) => void): void {
  addHomeFlags(command)
    .option(
      "--older-than <time>",
      "runs whose last event is so old, as in 30d (default: the setting retention)",
      duration("--older-than"),
    )
    .option("--keep <n>", "keep the newest N runs in any case", wholeNumber("--keep", 0))
    .addOption(new Option("--dry-run", "only say which, as without --yes").conflicts("yes"))
    .option("--yes", "remove them; without it nothing is removed")
    .option("--json", "write one line of JSON")
    .addHelpText("after", examples)
    .action(async () => {
      const flags = command.optsWithGlobals<PruneFlags>();
      const apply = flags.yes === true;
      await lookUp(
        world,
        flags,
        async (port, page) => {
          const pruning = await port.send({
            type: "runs.prune",
            older_than_ms: await ageOf(port, flags),
            keep: flags.keep ?? 0,
            apply,
          });
          return flags.json === true ? jsonLine(pruning) : pageOf(pruning, page);
        },
        apply ? "home" : "either",
      );
      finish(exitCode.done);
    });
}

const dayMs = 86_400_000;

/** Nothing goes that nobody has asked for: there must be a number, an age, or the setting. */
async function ageOf(port: Port, flags: PruneFlags): Promise<number> {
  if (flags.olderThan !== undefined) return flags.olderThan;
  const { saved } = await port.send({ type: "settings.read" });
  const days = saved.retention_days ?? 0;
  if (days > 0) return days * dayMs;
  if (flags.keep !== undefined) return 0;
  throw new Fault("usage", "prune.no_age", "it is not said which runs are to be removed", {
    hint: "give an age, as in --older-than 30d, or a number, as in --keep 50; or set one for good: cyberdeck settings set retention 30",
  });
}

function pageOf({ applied, runs, unfinished, kept, shrunk }: Pruning, { columns, paint }: Page): string {
  const bytes = runs.reduce((sum, run) => sum + run.bytes, 0);
  const rows = runs.map((run) => [
    { text: oneLine(run.run, 60) },
    { text: moment(run.last_at) },
    { text: runWord(run.status).word },
    { text: String(run.events) },
    { text: showBytes(run.bytes) },
    { text: oneLine(run.goal.slice(0, 800), 100) },
  ]);
  const titles = ["RUN", "LAST EVENT", "STATUS", "EVENTS", "SIZE", "GOAL"];
  const what = `${count(runs.length, "run")}, about ${showBytes(bytes)}`;
  const waiting =
    unfinished.length === 0
      ? ""
      : `; ${unfinished.length} old enough but not over: ${unfinished.slice(0, 3).join(", ")}`;
  const rest = `${count(kept + unfinished.length, "run")} kept${waiting}`;
  const lines =
    runs.length === 0
      ? [`Nothing to remove. ${rest}.`]
      : [
          ...tableLines({ titles, rows, right: [3, 4] }, columns, paint),
          applied ? `Removed ${what}. ${rest}.` : `${what} would be removed. ${rest}.`,
          ...(applied ? [] : ["Nothing was removed: repeat it with --yes. Keep one with: cyberdeck export RUN"]),
          ...(applied && !shrunk
            ? ["The record's file stays as large as it is while a deck runs; its room is used again."]
            : []),
        ];
  return `${lines.join("\n")}\n`;
}

const examples = `
Examples:
  cyberdeck runs prune --older-than 30d --dry-run
  cyberdeck runs prune --older-than 30d --keep 20 --yes
`;
