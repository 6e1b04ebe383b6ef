import { z } from "zod";
import { messageOf } from "../../base/fault.ts";
import { surfaceTool, surfaceWishSchema } from "../../protocol/surfaced.ts";
import type { ToolCall } from "../../protocol/verdict.ts";
import { knownArgument } from "../shell/argument.ts";
import type { BrakeContext } from "./context.ts";
import { readable } from "../places/paths.ts";
import { fetchable } from "./web.ts";
import type { Effect } from "./effect.ts";
import { effectsOfLine } from "./line.ts";
import { effectsOfPowerShell } from "./powershell/judge-powershell.ts";
import { effectsOfRemoteTool, effectsOfWrite } from "./remote-tools.ts";

/**
 * What a tool call would do, whatever the tier. Pure but for `place.realPath`, and it never throws: what it cannot tell is an
 * unknown effect.
 */
export function analyse(call: ToolCall, place: BrakeContext): Effect[] {
  try {
    const effects = effectsOf(call, place);
    return [...effects, ...leaks(effects)];
  } catch (error) {
    return [{ kind: "unknown", what: `a call that cannot be read (${messageOf(error)})` }];
  }
}

/** A secret and the network in one call: it is not asked which way the secret would flow. */
function leaks(effects: readonly Effect[]): Effect[] {
  const secret = effects.find((effect) => effect.kind === "read" && effect.secret !== false);
  const network = effects.find((effect) => effect.kind === "network");
  return secret?.kind === "read" && network?.kind === "network"
    ? [{ kind: "exfiltration", what: `${secret.path} to ${network.host}` }]
    : [];
}

function effectsOf(call: ToolCall, place: BrakeContext): Effect[] {
  if (call.tool.startsWith("mcp__") && call.tool !== surfaceTool)
    return effectsOfRemoteTool(call.tool, call.input, place);
  const rule = Object.hasOwn(tools, call.tool) ? tools[call.tool] : undefined;
  return rule === undefined
    ? [{ kind: "unknown", what: `the tool ${call.tool}, which the brake does not know` }]
    : rule(call.input, place);
}

type ToolRule = (input: unknown, place: BrakeContext) => Effect[];

function tool<T>(schema: z.ZodType<T>, effects: (input: T, place: BrakeContext) => Effect[]): ToolRule {
  return (input, place) => {
    const parsed = schema.safeParse(input);
    return parsed.success
      ? effects(parsed.data, place)
      : [{ kind: "unknown", what: "input that this tool does not take" }];
  };
}

const path = z.string().min(1).max(4096);
const shell = z.object({ command: z.string(), dangerouslyDisableSandbox: z.boolean().optional() });
const project =
  (what: string): ToolRule =>
  () => [{ kind: "run-project-code", what }];

function reads(text: string, reach: boolean, place: BrakeContext): Effect[] {
  const scene = { context: place, folders: [place.cwd], notes: { readsUnknown: false, mentioned: [] } };
  const refusal = readable(knownArgument(text.replace(/^~(?=\/|$)/, place.home)), scene, reach);
  return [{ kind: "read", path: text, secret: refusal !== undefined }];
}

/** Tools that show something, keep a list, or ask the netrunner. */
const harmlessTools = (
  "TodoWrite TodoRead BashOutput TaskOutput AgentOutputTool ExitPlanMode EnterPlanMode AskUserQuestion StructuredOutput ToolSearch " +
  "ListMcpResources ListMcpResourcesTool ReadMcpResource ReadMcpResourceTool TaskCreate TaskGet TaskList TaskUpdate LSP"
).split(" ");

const tools: Record<string, ToolRule | undefined> = {
  Bash: tool(shell, (input, place) => [
    ...(input.dangerouslyDisableSandbox === true
      ? [{ kind: "privilege" as const, what: "a shell without its sandbox" }]
      : []),
    ...effectsOfLine(input.command, place),
  ]),
  PowerShell: tool(shell, (input, place) => effectsOfPowerShell(input.command, place)),
  Read: tool(z.object({ file_path: path }), (input, place) => reads(input.file_path, false, place)),
  Glob: tool(z.object({ pattern: z.string() }), () => []),
  LS: tool(z.object({ path }), () => []),
  Grep: tool(z.object({ pattern: z.string(), path: path.optional(), glob: z.string().optional() }), (input, place) => [
    ...reads(input.path ?? place.cwd, true, place),
    ...(input.glob === undefined ? [] : reads(`/${input.glob}`, false, place)),
  ]),
  Write: tool(z.object({ file_path: path }), (input, place) => effectsOfWrite(input.file_path, place)),
  Edit: tool(z.object({ file_path: path }), (input, place) => effectsOfWrite(input.file_path, place)),
  MultiEdit: tool(z.object({ file_path: path }), (input, place) => effectsOfWrite(input.file_path, place)),
  NotebookEdit: tool(z.object({ notebook_path: path }), (input, place) => effectsOfWrite(input.notebook_path, place)),
  NotebookRead: tool(z.object({ notebook_path: path }), (input, place) => reads(input.notebook_path, false, place)),
  ...Object.fromEntries(harmlessTools.map((name) => [name, (): Effect[] => []])),
  WebSearch: tool(z.object({ query: z.string() }), () => []),
  WebFetch: tool(z.object({ url: z.string() }), (input) => [
    { kind: "network", host: input.url, upload: false, metadata: fetchable(input.url) !== undefined },
  ]),
  /** What the netrunner is shown, the deck has looked at first. */
  [surfaceTool]: tool(surfaceWishSchema, (wish, place) => (wish.kind === "file" ? reads(wish.path, false, place) : [])),
  KillBash: () => [{ kind: "process-control", what: "a background shell of its own", broad: false }],
  KillShell: () => [{ kind: "process-control", what: "a background shell of its own", broad: false }],
  Task: project("a sub-agent"),
  Agent: project("a sub-agent"),
  Skill: project("a skill"),
};
