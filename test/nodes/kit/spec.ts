import { join } from "node:path";
import type { SessionSpec } from "../../../src/drivers/agent.ts";

/** What opens a session of a worker whose gate allows all. */
export const specOf = (id: string, changes: Partial<SessionSpec> = {}): SessionSpec => ({
  id,
  cwd: "/work",
  run: { id: "run-1", folder: "/work/.cyberdeck/runs/run-1" },
  caliber: { model: "sonnet", effort: "low" },
  role: { kind: "worker" },
  gate: () => Promise.resolve({ decision: "allow", rule: "test", reason: "" }),
  ...changes,
});

/** A run whose folder is in this home. */
export const runIn = (home: string, id = "run-20260101-000000-aaaa") => ({ id, folder: join(home, "runs", id) });
