import { writeFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { Fault, messageOf } from "../base/fault.ts";
import { claudeDriver } from "../drivers/claude/driver.ts";
import { inheritedEnvironment } from "../drivers/claude/environment.ts";
import { findExecutable } from "../drivers/claude/executable.ts";
import { readCrash } from "../engine/crash-reading.ts";
import { reportText } from "../policy/triage/report-text.ts";
import { triage } from "../policy/triage/triage.ts";
import { startGuardian } from "../process/guardian.ts";
import type { CauseReport, Triage } from "../protocol/crash.ts";
import { bundlesIn, crashesFolder, readBundle, type Bundle } from "../store/crashes.ts";
import type { Process } from "./around.ts";

/** The folder of the package: above `src/bin`, or above the folder of what was built. */
const root = fileURLToPath(new URL(extname(import.meta.url) === ".ts" ? "../.." : "..", import.meta.url)).replace(
  /\/$/,
  "",
);

/** Reads what a crash has left, and puts the report beside it. */
export async function triageCrash(asked: Triage, around: Process): Promise<{ report: CauseReport; text: string }> {
  const bundle = readBundle(asked.bundle ?? latest(asked.home));
  const bare: CauseReport = { ...triage(bundle, root), reading: null, reading_problem: null };
  const report = asked.withModel ? { ...bare, ...(await readingOf(bare, bundle, asked, around)) } : bare;
  const text = reportText(report);
  try {
    writeFileSync(join(bundle.path, "report.md"), text, { mode: 0o600 });
  } catch {
    // A bundle from elsewhere may lie where nothing can be written; the report is shown all the same.
  }
  return { report, text };
}

function latest(home: string): string {
  const [name] = bundlesIn(home);
  if (name !== undefined) return join(crashesFolder(home), name);
  throw new Fault("usage", "crash.none", `no deck has crashed in ${home}`, {
    hint: "Name the folder of a crash, or another home with --home. Whether something is wrong with this machine: cyberdeck doctor",
  });
}

async function readingOf(
  report: CauseReport,
  { crash }: Bundle,
  { claudeBin, workspace: cwd }: Triage,
  { env, cwd: from }: Process,
): Promise<Pick<CauseReport, "reading" | "reading_problem">> {
  const guardian = startGuardian(guardianScript);
  try {
    const executable = await findExecutable({ asked: claudeBin, env, cwd: from });
    const driver = claudeDriver({ executable, env: inheritedEnvironment(env), guardian });
    const stack = crash.thrown.map((one) => one.stack).join("\n");
    const read = await readCrash(driver, { report: reportText(report), stack, cwd });
    return "reading" in read
      ? { reading: read.reading, reading_problem: null }
      : { reading: null, reading_problem: read.problem };
  } catch (error) {
    return { reading: null, reading_problem: messageOf(error) };
  } finally {
    await guardian.close();
  }
}

/** Beside this file, as source or built. */
const guardianScript = fileURLToPath(new URL(`./guardian${extname(import.meta.url)}`, import.meta.url));
