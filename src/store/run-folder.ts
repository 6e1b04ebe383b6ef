import { existsSync } from "node:fs";
import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { errnoOf, Fault } from "../base/fault.ts";
import { writeWhole } from "../base/files.ts";
import { newRunId } from "../base/ids.ts";
import { ensureHome, homePaths, runPath } from "./home.ts";
import { storageFault } from "./storage-fault.ts";
import { openTranscript, type Transcript } from "./transcript.ts";

/** The folder of one run: what the netrunner keeps of it. */
export interface RunFolder {
  /** The run's id, which is the folder's name. */
  run: string;
  path: string;
  /** The events of the run, kept by the recorder. */
  events: string;
  report: string;
  /** Puts `report.md` in place, whole. */
  writeReport(text: string): Promise<void>;
  /** Puts `eject.json` in place, whole, and gives its path. */
  writeEject(text: string): Promise<string>;
  transcriptPath(construct: string): string;
  /** Opens the transcript of a construct; lines go behind those that are there. */
  transcript(construct: string): Transcript;
}

/**
 * Makes the folder of a new run.
 * @param at when the run was opened, milliseconds since the epoch
 */
export async function openRunFolder(home: string, at: number): Promise<RunFolder> {
  ensureHome(home);
  try {
    await mkdir(homePaths(home).runs, { recursive: true, mode: 0o700 });
    // An id has four random digits: within one second a few redraws are enough, however many runs there are.
    for (let draw = 0; draw < mostDraws; draw += 1) {
      const run = newRunId(at);
      if (await isMade(runPath(home, run))) return folderOf(home, run);
    }
  } catch (error) {
    throw storageFault(error, "could not make a run folder in", homePaths(home).runs);
  }
  throw new Fault("storage", "run.no_free_id", `no free id for a run in ${homePaths(home).runs}`, {
    hint: "Try again in a second: the id of a run contains the time.",
  });
}

/** The folder of an earlier run; the events may be there without it. */
export function existingRunFolder(home: string, run: string): RunFolder {
  const folder = folderOf(home, run);
  if (!existsSync(folder.path))
    throw new Fault("usage", "run.no_folder", `there is no folder of the run ${run} in ${homePaths(home).runs}`, {
      facts: { path: folder.path },
      hint: "List the runs of this home with: cyberdeck runs",
    });
  return folder;
}

const mostDraws = 100;

async function isMade(path: string): Promise<boolean> {
  try {
    await mkdir(path, { mode: 0o700 });
    return true;
  } catch (error) {
    if (errnoOf(error) === "EEXIST") return false;
    throw error;
  }
}

function folderOf(home: string, run: string): RunFolder {
  const path = runPath(home, run);
  const report = join(path, "report.md");
  const transcriptPath = (construct: string): string => {
    if (!/^[A-Za-z0-9_-]{1,100}$/.test(construct))
      throw new Fault("internal", "transcript.bad_name", `"${construct.slice(0, 100)}" is not the id of a construct`);
    return join(path, "transcripts", `${construct}.ndjson`);
  };
  return {
    run,
    path,
    events: join(path, "events.ndjson"),
    report,
    async writeReport(text) {
      try {
        await writeWhole(report, text);
      } catch (error) {
        throw storageFault(error, "could not write the report", report);
      }
    },
    async writeEject(text) {
      const snapshot = join(path, "eject.json");
      try {
        await writeWhole(snapshot, text);
        return snapshot;
      } catch (error) {
        throw storageFault(error, "could not write the snapshot", snapshot);
      }
    },
    transcriptPath,
    transcript: (construct) => openTranscript(transcriptPath(construct)),
  };
}
