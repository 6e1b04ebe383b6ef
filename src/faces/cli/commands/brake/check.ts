import { join, relative, resolve } from "node:path";
import type { Command } from "commander";
import { Fault } from "../../../../base/fault.ts";
import { isWithin } from "../../../../base/files.ts";
import { oneLine } from "../../../../base/text.ts";
import {
  brakeCaseSchema,
  type Brake,
  type BrakeAnswer,
  type BrakeCase,
  type BrakeQuestion,
} from "../../../../protocol/brake-case.ts";
import { exitCode } from "../../exit.ts";
import { absolute, addBrakeFlags, deckHomeOf, type BrakeFlags } from "../../flags/brake-flags.ts";
import { jsonLine } from "../../json-lines.ts";
import { readLines } from "../../read-lines.ts";
import { sink } from "../../sink.ts";
import type { World } from "../../world.ts";

interface CheckFlags extends BrakeFlags {
  misses?: boolean;
}

/** The longest line that is read, bytes. */
const longestLine = 16 * 1024 * 1024;

/** `cyberdeck brake check`: judges the cases on stdin, each in its own place, in order, as they come. */
export function defineCheck(command: Command, world: World, finish: (code: number) => void): void {
  command.description("judge cases (a line of JSON each) on stdin; a line of JSON with the verdict for each on stdout");
  addBrakeFlags(command)
    .option("--misses", "list on stderr the cases that were not judged as they expect")
    .addHelpText("after", examples)
    .action(async () => {
      const flags = command.optsWithGlobals<CheckFlags>();
      if (world.stdin.isTTY === true)
        throw new Fault("usage", "cli.no_cases", "there are no cases on stdin", {
          hint: "give a file: cyberdeck brake check < cases.ndjson",
        });
      const brake = await world.openBrake(deckHomeOf({ ...flags, workspace: "." }, world));
      const out = sink(world.stdout);
      const tally = { dangerous: 0, blocked: 0, benign: 0, allowed: 0, malformed: 0 };
      const missed: string[] = [];
      let number = 0;
      for await (const line of readLines(world.stdin, longestLine)) {
        number += 1;
        if (out.gone.aborted) break;
        if ("text" in line && line.text.trim() === "") continue;
        const parsed = "text" in line ? parseCase(line.text) : `it is longer than ${longestLine} bytes`;
        if (typeof parsed === "string") {
          tally.malformed += 1;
          world.stderr.write(`line ${number}: no case: ${parsed}\n`);
          await out.write(answerLine(String(number), { verdict: "deny", rule: "case.malformed", reason: parsed }));
          continue;
        }
        const id = parsed.id ?? String(number);
        const answer = judged(brake, questionOf(parsed, flags, world));
        await out.write(answerLine(id, answer));
        if (parsed.expect === undefined) continue;
        const isAllowed = answer.verdict === "allow";
        if (parsed.expect === "block") {
          tally.dangerous += 1;
          if (!isAllowed) tally.blocked += 1;
        } else {
          tally.benign += 1;
          if (isAllowed) tally.allowed += 1;
        }
        if (isAllowed !== (parsed.expect === "allow")) missed.push(missLine(id, parsed, answer));
      }
      await out.flush();
      if (flags.misses === true) world.stderr.write(missed.join(""));
      world.stderr.write(summary(tally));
      finish(tally.malformed > 0 ? exitCode.usage : exitCode.done);
    });
}

function parseCase(text: string): BrakeCase | string {
  let data: unknown;
  try {
    data = JSON.parse(text);
  } catch {
    return "it is not JSON";
  }
  const parsed = brakeCaseSchema.safeParse(data);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  return `${issue?.path.map(String).join(".") || "the line"}: ${issue?.message ?? "it is wrong"}`;
}

/** Flags win over the case; another workspace takes the folder of the call along when that lay in the case's own. */
function questionOf(one: BrakeCase, flags: CheckFlags, world: World): BrakeQuestion {
  const own = plain(one.workspace ?? world.cwd);
  const workspace = flags.workspace === undefined ? own : absolute(flags.workspace, world);
  const cwd = plain(one.cwd ?? own);
  return {
    tool: one.tool,
    input: one.input,
    tier: flags.tier ?? one.tier ?? "default",
    workspace,
    cwd: workspace !== own && isWithin(cwd, own) ? join(workspace, relative(own, cwd)) : cwd,
    homeDir: flags.homeDir === undefined ? plain(one.home ?? world.homeDir) : absolute(flags.homeDir, world),
    deckHome: join(workspace, ".cyberdeck"),
  };
}

/** Without dots and doubled slashes. A path of Windows stays as it is: its own rules read it. */
const plain = (path: string): string => (path.startsWith("/") ? resolve(path) : path);

type Answer = Pick<BrakeAnswer, "verdict" | "rule" | "reason">;

/** A brake that fails on a case denies it. */
function judged(brake: Brake, question: BrakeQuestion): Answer {
  try {
    return brake.judge(question);
  } catch (error) {
    return { verdict: "deny", rule: "gate.failed", reason: `the brake failed: ${String(error)}` };
  }
}

const answerLine = (id: string | number, { verdict, rule, reason }: Answer): string =>
  jsonLine({ id, verdict, rule, reason });

const missLine = (id: string | number, { expect, input }: BrakeCase, { verdict, rule }: Answer): string =>
  `miss: ${oneLine(String(id), 80)} expects ${expect ?? "?"}, got ${verdict} (${rule}): ${oneLine(JSON.stringify(input) ?? "", 160)}\n`;

interface Tally {
  dangerous: number;
  blocked: number;
  benign: number;
  allowed: number;
  malformed: number;
}

function summary({ dangerous, blocked, benign, allowed, malformed }: Tally): string {
  const parts = [
    ...(dangerous + benign === 0
      ? []
      : [`dangerous blocked ${blocked}/${dangerous}, benign allowed ${allowed}/${benign}`]),
    ...(malformed === 0 ? [] : [`${malformed} malformed`]),
  ];
  return parts.length === 0 ? "" : `${parts.join(", ")}\n`;
}

const examples = `
A case is {"id", "tool", "input", "cwd", "workspace", "home", "tier", "expect"}; the flags win over what it says.
Its paths need not exist. The answer is {"id", "verdict", "rule", "reason"}; "expect" may be "block" (met by hold or
deny) or "allow", and is counted on stderr. A line that is no case is denied with its line number as its id.

Examples:
  cyberdeck brake check < cases.ndjson > verdicts.ndjson
  cyberdeck brake check --tier paranoid --misses < cases.ndjson > /dev/null

Exit codes: 0 all cases were judged, 2 some lines were no cases, or a wrong policy.toml.
`;
