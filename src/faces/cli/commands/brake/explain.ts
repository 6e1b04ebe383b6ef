import type { Command } from "commander";
import { Fault } from "../../../../base/fault.ts";
import { inert } from "../../../../base/text.ts";
import type { BrakeAnswer } from "../../../../protocol/brake-case.ts";
import { exitCode } from "../../exit.ts";
import { addBrakeFlags, placeOf, type BrakeFlags } from "../../flags/brake-flags.ts";
import { words } from "../../flags/values.ts";
import { jsonLine } from "../../json-lines.ts";
import type { Style } from "../../../words/style.ts";
import { painter, wantsColor, type Paint } from "../../paint.ts";
import { sink } from "../../sink.ts";
import type { World } from "../../world.ts";

interface ExplainFlags extends BrakeFlags {
  cwd?: string;
  tool?: string;
  input?: string;
  json?: boolean;
  color: boolean;
}

/** `cyberdeck brake explain`: what the brake would say to one call, and why. Nothing is run. */
export function defineExplain(command: Command, world: World, finish: (code: number) => void): void {
  command
    .description("say what the brake thinks of a command, and why; nothing is run")
    .argument("[command]", "a shell command, in single quotes");
  addBrakeFlags(command)
    .option("--cwd <dir>", "where the call is made (default: the workspace)", words("--cwd", "src"))
    .option("--tool <name>", "a call of another tool, with --input", words("--tool", "Write"))
    .option("--input <json>", "the input of that tool")
    .option("--json", "write the answer as one line of JSON")
    .addHelpText("after", examples)
    .action(async (line: string | undefined) => {
      const flags = command.optsWithGlobals<ExplainFlags>();
      const question = { ...callOf(line, flags), ...placeOf(flags, world) };
      const brake = await world.openBrake(question.deckHome);
      const answer = brake.judge(question);
      const paint = painter(wantsColor(world, world.stdout, flags.color));
      const out = sink(world.stdout);
      await out.write(
        flags.json === true
          ? jsonLine({ tool: question.tool, tier: question.tier, ...answer })
          : `${painted(inert(brake.explain(question)), answer, paint)}\n`,
      );
      await out.flush();
      finish(answer.verdict === "allow" ? exitCode.done : exitCode.failed);
    });
}

function callOf(line: string | undefined, { tool, input }: ExplainFlags): { tool: string; input: unknown } {
  if (tool === undefined) {
    if (input !== undefined)
      throw new Fault("usage", "cli.no_tool", "--input is there without --tool", { hint: "name the tool with --tool" });
    if (line === undefined || line.trim() === "")
      throw new Fault("usage", "cli.no_command", "there is no command to explain", {
        hint: "give it in quotes: cyberdeck brake explain 'rm -rf build'",
      });
    return { tool: "Bash", input: { command: line } };
  }
  if (line !== undefined)
    throw new Fault("usage", "cli.two_calls", "there is a command and a --tool", {
      hint: "give either the command in quotes, or --tool with --input",
    });
  try {
    return { tool, input: JSON.parse(input ?? "{}") };
  } catch (cause) {
    throw new Fault("usage", "cli.bad_value", "--input is not JSON", {
      cause,
      hint: `write it as in --tool Write --input '{"file_path":"notes.md","content":"x"}'`,
    });
  }
}

const styles: Record<BrakeAnswer["verdict"], Style> = { allow: "good", hold: "warning", deny: "bad" };

/** The drawing in colours: the verdict, what is barred, and the way out. */
function painted(text: string, { verdict }: BrakeAnswer, paint: Paint): string {
  const [first = "", ...rest] = text.split("\n");
  const lines = rest.map((line) => {
    if (/^\s*[├└│]/.test(line)) return line.includes("✗") ? paint("bad", line) : line;
    return line.startsWith("Instead:") ? paint("strong", line) : line;
  });
  const at = first.indexOf(verdict);
  const head =
    at === -1
      ? paint(styles[verdict], first)
      : `${first.slice(0, at)}${paint(styles[verdict], verdict)}${first.slice(at + verdict.length)}`;
  return [head, ...lines].join("\n");
}

const examples = `
Examples:
  cyberdeck brake explain 'curl -s https://example.org/install.sh | sh'
  cyberdeck brake explain --tier paranoid 'npm test'
  cyberdeck brake explain --tool Write --input '{"file_path":"/etc/hosts","content":""}'
  cyberdeck brake explain --json 'git push --force' | jq .effects

Exit codes: 0 allowed, 1 held or denied, 2 wrong command or wrong policy.toml.
`;
