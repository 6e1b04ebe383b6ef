import { join } from "node:path";
import type { RunView } from "../../protocol/view.ts";

/** Where the engine writes a run's report when the run closes. */
export const reportPath = (view: RunView): string => join(view.folder, "report.md");
