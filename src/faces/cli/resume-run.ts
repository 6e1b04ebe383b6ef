import { Fault } from "../../base/fault.ts";
import type { OpenedRun, Port } from "../../host/port.ts";
import { liveSettingsSchema, type RunSettings } from "../../protocol/settings.ts";
import type { RunView } from "../../protocol/view.ts";
import { findRun } from "./find-run.ts";
import type { SettingFlags } from "./flags/setting-flags.ts";
import { changedSettings } from "./flags/setting-flags.ts";

export interface Resumption {
  /** The run as the netrunner named it. */
  name: string;
  say: string | undefined;
  flags: SettingFlags;
  commandLine: string[];
}

/** Opens a run again, and has its view of before. */
export async function resumeRun(
  port: Port,
  { name, say, flags, commandLine }: Resumption,
): Promise<{ opened: OpenedRun; view: RunView; joins: boolean }> {
  const run = await findRun(port, name);
  const shown = await port.send({ type: "run.show", run });
  // The deck may go on folding the view that it showed.
  const view = structuredClone(shown.view);
  const settings = changedSettings(flags, view.settings);
  const { runs } = await port.send({ type: "runs.open" });
  if (runs.some((open) => open.run === run)) return joinRun(port, view, { say, settings });
  try {
    const opened = await port.send({
      type: "run.resume",
      run,
      ...(say === undefined ? {} : { say }),
      ...(Object.keys(settings).length === 0 ? {} : { settings }),
      command_line: commandLine,
    });
    return { opened, view, joins: false };
  } catch (error) {
    // A host that has just come up goes on by itself with what the one before it has left.
    if (!(error instanceof Fault) || error.code !== "run.open") throw error;
    const now = await port.send({ type: "run.show", run });
    return joinRun(port, structuredClone(now.view), { say, settings });
  }
}

/** Follows a run that is open in the host already, from here on. */
async function joinRun(
  port: Port,
  view: RunView,
  { say, settings }: { say: string | undefined; settings: Partial<RunSettings> },
): Promise<{ opened: OpenedRun; view: RunView; joins: boolean }> {
  const { run, folder, lastSeq } = view;
  const live = liveSettingsSchema.parse(settings);
  const fixed = Object.keys(settings).filter((name) => !Object.hasOwn(live, name));
  if (fixed.length > 0)
    throw new Fault(
      "usage",
      "cli.not_live",
      `${run} is at work, and these hold from its beginning: ${fixed.join(", ")}`,
      {
        hint: `leave them out to follow it, or stop it first: cyberdeck eject --run ${run}`,
      },
    );
  if (Object.keys(live).length > 0) await port.send({ type: "settings.change", run, settings: live });
  if (say !== undefined) await port.send({ type: "say", run, text: say });
  // What is said answers what the daemon has asked.
  const now: RunView = say === undefined ? view : { ...view, status: "running", reason: "" };
  return { opened: { run, folder, afterSeq: lastSeq }, view: now, joins: true };
}
