import { access, constants, stat } from "node:fs/promises";
import { Fault, messageOf } from "../base/fault.ts";

/** A workspace must be a folder that can be read; a fault says why it is not. */
export async function checkWorkspace(path: string): Promise<void> {
  const hint = "Choose a folder that you may read, with --workspace DIR.";
  const fail = (why: string, cause?: unknown): Fault =>
    new Fault("setup", "workspace.unusable", `The workspace ${path} ${why}.`, { hint, cause });
  try {
    if (!(await stat(path)).isDirectory()) throw fail("is not a folder");
    await access(path, constants.R_OK | constants.X_OK);
  } catch (error) {
    throw error instanceof Fault ? error : fail(`cannot be used: ${messageOf(error)}`, error);
  }
}
