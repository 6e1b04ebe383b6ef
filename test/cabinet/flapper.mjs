#!/usr/bin/env node
// Dies at its first starts and works afterwards. CABINET_STATE is a file that counts the starts, CABINET_FAILURES says how many
// of them fail (2).
import { appendFileSync, statSync } from "node:fs";
import { serve } from "./agent.mjs";

const state = process.env.CABINET_STATE;
if (state === undefined) {
  process.stderr.write("flapper: CABINET_STATE must name a file\n");
  process.exit(2);
}
appendFileSync(state, ".");
const starts = statSync(state).size;
if (starts <= Number(process.env.CABINET_FAILURES ?? 2)) {
  process.stderr.write(`flapper: start ${starts} fails\n`);
  process.exit(1);
}
serve();
