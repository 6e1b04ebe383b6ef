import { createServer } from "node:http";
import { createRequire } from "node:module";
import { expect, test } from "vitest";
import { z } from "zod";
import { stopTree } from "../../src/process/stop.ts";
import { quick, workbench } from "../process/workbench.ts";
import { cabinet } from "./cabinet.ts";
import { converse } from "./conversation.ts";

/** A provider on loopback that answers "hello" to everything. */
async function provider(): Promise<{ address: string } & AsyncDisposable> {
  const server = createServer((request, response) => {
    request.resume().on("end", () => {
      if (request.url?.includes("count_tokens")) {
        response.end('{"input_tokens":1}');
        return;
      }
      const usage = { input_tokens: 3, output_tokens: 1 };
      const blank = { stop_reason: null, stop_sequence: null };
      const message = {
        id: "msg_1",
        type: "message",
        role: "assistant",
        model: "claude-sonnet-5-5",
        content: [],
        usage,
      };
      const events = [
        { type: "message_start", message: { ...message, ...blank } },
        { type: "content_block_start", index: 0, content_block: { type: "text", text: "" } },
        { type: "content_block_delta", index: 0, delta: { type: "text_delta", text: "hello" } },
        { type: "content_block_stop", index: 0 },
        { type: "message_delta", delta: { stop_reason: "end_turn", stop_sequence: null }, usage: { output_tokens: 2 } },
        { type: "message_stop" },
      ];
      response.writeHead(200, { "content-type": "text/event-stream" });
      response.end(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(""));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  return {
    address: `http://127.0.0.1:${address.port}`,
    async [Symbol.asyncDispose]() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

const messageSchema = z.looseObject({ type: z.string(), subtype: z.string().optional() });
type Message = z.infer<typeof messageSchema>;

/** Two turns with an executable: every line that it wrote, the first being its answer to `initialize`. */
async function wireOf(executable: string, env: Record<string, string>): Promise<Message[]> {
  await using bench = await workbench();
  const conversation = converse(executable, bench.folder, env);
  try {
    for (const turn of [1, 2]) {
      conversation.say(`turn ${turn}`);
      await conversation.results(turn);
    }
    conversation.end();
    await conversation.over;
  } finally {
    await stopTree(conversation.child, quick);
    conversation.child.release();
  }
  const lines = conversation.wire().trim().split("\n");
  return lines.map((line) => messageSchema.parse(JSON.parse(line)));
}

const kind = (message: Message): string => `${message.type}/${message.subtype ?? "-"}`;

const records = z.record(z.string(), z.unknown());

/** The shape of a message. The usage by model is taken out of its record, whose keys are the models' names. */
function shapeOf(message: Message | undefined): Record<string, unknown> {
  const usage = records.safeParse(message?.["modelUsage"]);
  const modelUsage = usage.success ? Object.values(usage.data)[0] : undefined;
  return records.parse(shape({ ...message, modelUsage }, 2));
}

/** A value's shape: keys with the kinds of their values, to the given depth. */
function shape(value: unknown, depth: number): unknown {
  if (Array.isArray(value)) return "array";
  if (value === null || typeof value !== "object") return value === null ? "null" : typeof value;
  if (depth === 0) return "object";
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, shape(inner, depth - 1)]));
}

test("the polite imitation says what the real agent says, in the same order and shape", async () => {
  await using server = await provider();
  const real = await wireOf(createRequire(import.meta.url).resolve("@anthropic-ai/claude-agent-sdk-linux-x64/claude"), {
    ANTHROPIC_BASE_URL: server.address,
    ANTHROPIC_API_KEY: "none",
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: "1",
    DISABLE_TELEMETRY: "1",
    DISABLE_AUTOUPDATER: "1",
    DISABLE_ERROR_REPORTING: "1",
  });
  const imitation = await wireOf(cabinet("polite"), {});
  expect(imitation.map(kind)).toEqual(real.map(kind));
  // Nothing is invented: each key, two levels deep, is one of the real agent's, with the same kind of value.
  for (const [index, message] of imitation.entries()) expect(shapeOf(real[index])).toMatchObject(shapeOf(message));
});

test("the polite imitation has every field of the real agent's messages that a driver reads", async () => {
  const [, , init, assistant, result] = await wireOf(cabinet("polite"), {});
  expect(init).toMatchObject({ subtype: "init", model: "sonnet", tools: [], permissionMode: "dontAsk" });
  expect(assistant).toMatchObject({ parent_tool_use_id: null, message: { role: "assistant", content: [{}] } });
  for (const message of [init, assistant, result]) expect(message?.["session_id"]).toBe(init?.["session_id"]);
  const read = ["subtype", "is_error", "result", "num_turns", "total_cost_usd", "usage", "modelUsage", "stop_reason"];
  const more = ["permission_denials", "terminal_reason", "duration_ms", "session_id"];
  expect(Object.keys(result ?? {})).toEqual(expect.arrayContaining([...read, ...more]));
});
