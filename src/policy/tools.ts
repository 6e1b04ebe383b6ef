import { z } from "zod";
import type { ToolCall } from "../protocol/verdict.ts";
import type { BrakeContext } from "./context.ts";
import { locate, readablePath } from "./paths.ts";
import { firstRefusal, refuse, type Refusal } from "./refusal.ts";
import { isSecret } from "./secrets.ts";
import { judgeLine } from "./shell.ts";
import { fetchable } from "./web.ts";
import { writableText } from "./writing.ts";

/** Why a tool call may not run; nothing when it may. A tool without an entry here may not. */
export function judgeTool(call: ToolCall, context: BrakeContext): Refusal[] {
  const rule = Object.hasOwn(toolRules, call.tool) ? toolRules[call.tool] : undefined;
  if (rule === undefined) {
    const names = Object.keys(toolRules).join(", ");
    return [refuse("tool.unlisted", `The tool ${call.tool} is not on the list of this tier; use ${names}.`)];
  }
  return rule(call.input, context);
}

type ToolRule = (input: unknown, context: BrakeContext) => Refusal[];

function toolRule<T>(
  schema: z.ZodType<T>,
  judge: (input: T, context: BrakeContext) => Refusal[] | Refusal | undefined,
): ToolRule {
  return (input, context) => {
    const parsed = schema.safeParse(input);
    if (!parsed.success)
      return [
        refuse("tool.input", `The input is not what this tool takes: ${z.prettifyError(parsed.error).slice(0, 300)}`),
      ];
    const refusal = judge(parsed.data, context);
    return refusal === undefined ? [] : [refusal].flat();
  };
}

const pathText = z.string().min(1).max(4096);

const writes = (path: string, context: BrakeContext): Refusal | undefined =>
  path.startsWith("~")
    ? refuse("write.malformed", "Give an absolute path, without ~.")
    : writableText(path, context.cwd, context, "file");

/** @param reach the tool also reads what lies below */
function reads(path: string, reach: boolean, context: BrakeContext): Refusal | undefined {
  if (path.includes("\0")) return refuse("read.malformed", "That is not a path. Give an absolute path.");
  const spelled = path.replace(/^~(?=\/|$)/, context.home);
  const place = locate(spelled, context.cwd, context);
  return firstRefusal([place.plain, place.real], (at) => readablePath(at, reach, context));
}

const bashInput = z.object({ command: z.string(), dangerouslyDisableSandbox: z.boolean().optional() });

const toolRules: Record<string, ToolRule | undefined> = {
  Bash: toolRule(bashInput, (input, context) =>
    input.dangerouslyDisableSandbox === true
      ? refuse("tool.sandbox", "The sandbox stays on; call again without dangerouslyDisableSandbox.")
      : judgeLine(input.command, context),
  ),
  Read: toolRule(z.object({ file_path: pathText }), (input, context) => reads(input.file_path, false, context)),
  Glob: toolRule(z.object({ pattern: z.string(), path: pathText.optional() }), () => undefined),
  Grep: toolRule(
    z.object({ pattern: z.string(), path: pathText.optional(), glob: z.string().optional() }),
    (input, context) =>
      input.glob !== undefined && isSecret(`/${input.glob}`, context)
        ? refuse("secret.read", `Files like ${input.glob} hold keys or credentials; search other files.`)
        : reads(input.path ?? context.cwd, true, context),
  ),
  Write: toolRule(z.object({ file_path: pathText }), (input, context) => writes(input.file_path, context)),
  Edit: toolRule(z.object({ file_path: pathText }), (input, context) => writes(input.file_path, context)),
  MultiEdit: toolRule(z.object({ file_path: pathText }), (input, context) => writes(input.file_path, context)),
  NotebookEdit: toolRule(z.object({ notebook_path: pathText }), (input, context) =>
    writes(input.notebook_path, context),
  ),
  TodoWrite: toolRule(z.unknown(), () => undefined),
  WebSearch: toolRule(z.object({ query: z.string() }), () => undefined),
  WebFetch: toolRule(z.object({ url: z.string() }), (input) => fetchable(input.url)),
};
