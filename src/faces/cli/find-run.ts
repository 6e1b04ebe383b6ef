import { Fault } from "../../base/fault.ts";
import { oneLine } from "../../base/text.ts";
import type { Port } from "../../host/port.ts";
import type { RunSummary } from "../../protocol/view.ts";

/** All runs of the deck, newest first. */
export async function listRuns(port: Port): Promise<RunSummary[]> {
  // In the order of the record, whatever the clock said: it may have been set back between two runs.
  const { runs } = await port.send({ type: "runs.list" });
  return runs;
}

/** The id of the run that a name means: the whole id, its unique beginning or end (with or without "run-"), or "last". */
export async function findRun(port: Port, name: string): Promise<string> {
  return oneOf(await listRuns(port), name);
}

/** The id among these, newest first, that a name means. */
export function oneOf(runs: readonly RunSummary[], name: string): string {
  const wanted = name.trim();
  const [newest] = runs;
  if (newest === undefined)
    throw new Fault("usage", "cli.no_runs", "this deck has no runs yet", {
      hint: 'start one with: cyberdeck run "GOAL" (or name another deck with --workspace or --home)',
    });
  if (wanted === "last") return newest.run;
  const exact = runs.find(({ run }) => run === wanted);
  if (exact !== undefined) return exact.run;
  const matches = runs.filter(({ run }) => fits(run, wanted));
  const [only] = matches;
  if (only !== undefined && matches.length === 1) return only.run;
  if (only === undefined || wanted === "")
    throw new Fault("usage", "cli.no_such_run", `there is no run "${oneLine(name, 60)}" in this deck`, {
      hint: '"cyberdeck runs" lists them; "last" means the newest',
    });
  const some = matches.slice(0, 5).map(({ run }) => run);
  throw new Fault("usage", "cli.ambiguous_run", `"${oneLine(name, 60)}" fits ${matches.length} runs`, {
    hint: `write more of the id: ${some.join(", ")}${matches.length > some.length ? ", …" : ""}`,
  });
}

const fits = (run: string, wanted: string): boolean =>
  wanted !== "" && (run.startsWith(wanted) || run.startsWith(`run-${wanted}`) || run.endsWith(wanted));
