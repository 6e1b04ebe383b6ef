import type { Command } from "commander";
import { resolve } from "node:path";
import { count, showBytes } from "../../../base/units.ts";

import { exitCode } from "../exit.ts";
import { findRun } from "../find-run.ts";
import { addHomeFlags, type DeckFlags } from "../flags/deck-flags.ts";
import { words } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import type { World } from "../world.ts";

interface ExportFlags extends DeckFlags {
  to?: string;
  json?: boolean;
  color: boolean;
}

/** `cyberdeck export`: one archive with all that is kept of a run, to be read or handed on elsewhere. */
export function defineExport(command: Command, world: World, finish: (code: number) => void): void {
  command.argument("[run]", 'its id, the unique beginning or end of it, or "last"', "last");
  addHomeFlags(command)
    .option("--to <file>", "where to (default: RUN.tar.gz here); never written over", words("--to", "run.tar.gz"))
    .option("--json", "write what was made as one line of JSON")
    .addHelpText("after", examples)
    .action(async (name: string) => {
      const flags = command.optsWithGlobals<ExportFlags>();
      await lookUp(world, flags, async (port) => {
        const run = await findRun(port, name);
        const to = resolve(world.cwd, (flags.to ?? `${run}.tar.gz`).replace(/^~(?=\/|$)/, world.homeDir));
        const made = await port.send({ type: "run.export", run, to });
        if (flags.json === true) return jsonLine({ run, ...made });
        return `${made.path} (${count(made.files, "file")}, ${showBytes(made.bytes)})\nSecrets were taken out of its texts; look before you hand it on.\n`;
      });
      finish(exitCode.done);
    });
}

const examples = `
Examples:
  cyberdeck export
  cyberdeck export a1b2 --to ~/evidence/a1b2.tar.gz
  tar -xzf run-20260102-030405-a1b2.tar.gz && jq .versions run-*/manifest.json
`;
