import type { Command } from "commander";
import { inert, oneLine } from "../../../base/text.ts";
import { showBytes } from "../../../base/units.ts";
import type { Port } from "../../../host/port.ts";
import type { RunFile } from "../../../protocol/run-files.ts";
import { exitCode } from "../exit.ts";
import { findRun } from "../find-run.ts";
import { addHomeFlags, type DeckFlags } from "../flags/deck-flags.ts";
import { words } from "../flags/values.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp, type Page } from "../look-up.ts";
import { tableLines } from "../table.ts";
import type { World } from "../world.ts";

interface FilesFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
  read?: string;
}

/** `cyberdeck files`: what the constructs of a run have written and shown, and what is in it. */
export function defineFiles(command: Command, world: World, finish: (code: number) => void): void {
  command.argument("[run]", 'its id, the unique beginning or end of it, or "last"', "last");
  addHomeFlags(command)
    .option("--read <path>", "write what is in one of them, as far as it is text", words("--read", "src/a.ts"))
    .option("--json", "write lines of JSON")
    .addHelpText("after", examples)
    .action(async (name: string) => {
      const flags = command.optsWithGlobals<FilesFlags>();
      const question = async (port: Port, page: Page): Promise<string> => {
        const run = await findRun(port, name);
        if (flags.read !== undefined) return reading(port, run, flags.read, flags.json === true);
        const { files } = await port.send({ type: "files.list", run });
        return flags.json === true ? files.map((file) => jsonLine(file)).join("") : listing(files, page);
      };
      await lookUp(world, flags, question, "either");
      finish(exitCode.done);
    });
}

function listing(files: readonly RunFile[], { columns, paint }: Page): string {
  if (files.length === 0) return "No construct of this run has written or shown a file.\n";
  const rows = files.map(({ path, by, bytes }) => {
    const who = by.map(({ construct, how }) => `${construct} (${how})`).join(", ");
    return [bytes === null ? "gone" : showBytes(bytes), oneLine(who, 60), oneLine(path, 400)].map((text) => ({ text }));
  });
  return `${tableLines({ titles: ["SIZE", "BY", "FILE"], rows, right: [0] }, columns, paint).join("\n")}\n`;
}

async function reading(port: Port, run: string, path: string, isJson: boolean): Promise<string> {
  const file = await port.send({ type: "file.read", run, path });
  if (isJson) return jsonLine(file);
  if (file.binary) return `${oneLine(file.path, 400)}: ${showBytes(file.bytes)}, no text\n`;
  const rest = file.cut ? `\n[cut: the whole file has ${showBytes(file.bytes)}]\n` : "";
  return `${inert(file.text)}${rest}`;
}

const examples = `
Examples:
  cyberdeck files
  cyberdeck files a1b2 --json | jq -r .path
  cyberdeck files last --read src/index.ts
`;
