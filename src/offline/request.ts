import { z } from "zod";
import { effortSchema, type Effort } from "../protocol/caliber.ts";

/** What an answerer sees of one Messages API request: the few fields that our models decide by. */
export interface ModelRequest {
  model: string;
  effort: Effort | undefined;
  stream: boolean;
  /** The system prompt as one text; what the agent adds as messages of role `system` is not part of it. */
  system: string;
  messages: ModelMessage[];
  /** Names of the offered tools. */
  tools: string[];
  /** Whether there is a tool to work with: the one for a structured reply is none. */
  canWork: boolean;
  /** Text of the first user message: a construct's task message, a daemon's goal. */
  firstUserText: string;
  /** The last words of a person or the deck: of a user message with text, or queued in the middle of a turn. */
  lastUserText: string;
  /** What the tools returned to the last reply, in order; empty at the start of a turn. */
  toolResults: ToolResult[];
  /** The same for all requests of one agent session and one conversation in it. */
  conversation: string;
  /** Size of the body, from which tokens are estimated. */
  bytes: number;
}

export interface ModelMessage {
  role: "user" | "assistant" | "system";
  /** Words of a person, the deck or the model; what the agent itself adds beside them is left out. */
  text: string;
  /** What a person said in the middle of a turn; the agent hands it on in words of its own. */
  queued: string | undefined;
  calls: { id: string; tool: string; input: unknown }[];
  results: ToolResult[];
}

interface ToolResult {
  id: string;
  text: string;
  failed: boolean;
}

export type ParsedRequest = { ok: true; request: ModelRequest } | { ok: false; problem: string };

/** Reads a request body. Unknown fields and content blocks are tolerated; what we decide by must have its shape. */
export function parseRequest(body: unknown, bytes: number, session: string | undefined): ParsedRequest {
  const parsed = bodySchema.safeParse(body);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    return { ok: false, problem: `${issue?.path.join(".") || "body"}: ${issue?.message ?? "not valid"}` };
  }
  const { model, messages: raw, system, tools, stream, output_config: output } = parsed.data;
  const messages = raw.map(readMessage);
  const effort = effortSchema.safeParse(output?.effort);
  const fromPerson = messages.filter((message) => message.role === "user" && message.text !== "");
  const firstUserText = fromPerson[0]?.text ?? "";
  const lastUser = messages.findLast((message) => message.role === "user");
  return {
    ok: true,
    request: {
      model,
      effort: effort.success ? effort.data : undefined,
      stream,
      system: textOf(system),
      messages,
      tools: tools.map((tool) => tool.name).filter((name) => name !== placeholderTool),
      canWork: tools.some(({ name }) => name !== placeholderTool && name !== structuredTool),
      firstUserText,
      lastUserText: lastWords(messages),
      toolResults: lastUser?.results ?? [],
      conversation: `${session ?? ""}\n${firstUserText}`,
      bytes,
    },
  };
}

/** The tool that the agent offers when its reply is constrained by a schema. */
export const structuredTool = "StructuredOutput";

/** The agent offers it in place of tools that it would load on demand; nobody calls it. */
const placeholderTool = "DeferredToolPlaceholder";

const blockSchema = z.union([
  z.object({ type: z.literal("text"), text: z.string() }),
  z.object({ type: z.literal("tool_use"), id: z.string(), name: z.string(), input: z.unknown() }),
  z.object({
    type: z.literal("tool_result"),
    tool_use_id: z.string(),
    content: z.union([z.string(), z.array(z.looseObject({ text: z.string().optional() }))]).default(""),
    is_error: z.boolean().nullish(),
  }),
  z
    .looseObject({ type: z.string() })
    .refine((block) => !["text", "tool_use", "tool_result"].includes(block.type), "a content block lacks its fields")
    .transform(() => ({ type: "other" as const })),
]);
type Block = z.infer<typeof blockSchema>;

const contentSchema = z.union([z.string(), z.array(blockSchema)]);

const bodySchema = z.looseObject({
  model: z.string().min(1),
  messages: z.array(z.looseObject({ role: z.enum(["user", "assistant", "system"]), content: contentSchema })).min(1),
  system: contentSchema.default(""),
  tools: z.array(z.looseObject({ name: z.string() })).default([]),
  stream: z.boolean().default(false),
  output_config: z.looseObject({ effort: z.string().optional() }).optional(),
});

function readMessage(message: { role: ModelMessage["role"]; content: string | Block[] }): ModelMessage {
  const blocks = typeof message.content === "string" ? [] : message.content;
  return {
    role: message.role,
    text: textOf(message.content),
    queued: queuedIn(message.content),
    calls: blocks.flatMap((b) => (b.type === "tool_use" ? [{ id: b.id, tool: b.name, input: b.input }] : [])),
    results: blocks.flatMap((b) =>
      b.type === "tool_result" ? [{ id: b.tool_use_id, text: resultText(b.content), failed: b.is_error === true }] : [],
    ),
  };
}

/** What the agent itself puts beside a person's words. */
const agentNote = /^(?:<system-reminder>|\[Request interrupted|\[structured-output-enforce\])/;

function textOf(content: string | Block[]): string {
  if (typeof content === "string") return content;
  const texts = content.flatMap((block) => (block.type === "text" ? [block.text] : []));
  return texts.filter((text) => !agentNote.test(text.trimStart())).join("\n");
}

/** Seen on the wire of Claude Code 2.1.330, as a message of role `system` after the tool results. */
const queuedNote =
  /The user sent a new message while you were working:\n([\s\S]*?)\n\nThis is how Claude Code surfaces/;

function queuedIn(content: string | Block[]): string | undefined {
  const texts = typeof content === "string" ? [content] : content.flatMap((b) => (b.type === "text" ? [b.text] : []));
  return texts.map((text) => queuedNote.exec(text)?.[1]).findLast((text) => text !== undefined);
}

function lastWords(messages: ModelMessage[]): string {
  const words = messages.flatMap(({ role, text, queued }) => [role === "user" ? text : "", queued ?? ""]);
  return words.findLast((text) => text !== "") ?? "";
}

const resultText = (content: string | { text?: string | undefined }[]): string =>
  typeof content === "string" ? content : content.map((part) => part.text ?? "").join("");
