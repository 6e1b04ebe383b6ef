// Writes the table of keys into docs/cockpit.md, out of the actions that the cockpit has: node scripts/cockpit-keys.ts.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { withKeys } from "../test/faces/cockpit/kit/keys-table.ts";

const path = join(import.meta.dirname, "..", "docs", "cockpit.md");
writeFileSync(path, withKeys(readFileSync(path, "utf8")));
