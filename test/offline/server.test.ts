import { request, type IncomingMessage } from "node:http";
import { afterEach, expect, test } from "vitest";
import { z } from "zod";
import {
  block,
  call,
  disconnecting,
  failing,
  refuse,
  reply,
  say,
  silent,
  slow,
  useTool,
} from "../../src/offline/reply.ts";
import type { Answerer } from "../../src/offline/reply.ts";
import { startOfflineApi, type OfflineApi } from "../../src/offline/server.ts";
import { seenRequests } from "../../src/offline/seen.ts";
import { extractActionBlock } from "../../src/protocol/extract.ts";

const open: OfflineApi[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()));
});

async function api(answer: Answerer): Promise<OfflineApi> {
  const started = await startOfflineApi({ answer });
  open.push(started);
  return started;
}

const hello = { model: "m", max_tokens: 10, messages: [{ role: "user", content: "hello" }] };

const post = (url: string, body: unknown, path = "/v1/messages?beta=true"): Promise<Response> =>
  fetch(`${url}${path}`, { method: "POST", body: typeof body === "string" ? body : JSON.stringify(body) });

const errorSchema = z.object({ type: z.literal("error"), error: z.object({ type: z.string(), message: z.string() }) });
const errorOf = async (response: Response): Promise<{ type: string; message: string }> =>
  errorSchema.parse(await response.json()).error;

const eventSchema = z.looseObject({ type: z.string(), delta: z.looseObject({}).optional() });
const eventsIn = (text: string): z.infer<typeof eventSchema>[] =>
  [...text.matchAll(/^data: (.*)$/gm)].map((match) => eventSchema.parse(JSON.parse(match[1] ?? "")));

test("a body that is not JSON is refused in the API's own shape", async () => {
  const response = await post((await api(() => say("never"))).url, "{oops");
  expect(response.status).toBe(400);
  expect(await errorOf(response)).toMatchObject({ type: "invalid_request_error" });
});

test.each([
  ["no messages", { model: "m" }],
  ["an empty list of messages", { model: "m", messages: [] }],
  ["an unknown role", { model: "m", messages: [{ role: "king", content: "hi" }] }],
  ["a tool result without its id", { model: "m", messages: [{ role: "user", content: [{ type: "tool_result" }] }] }],
  ["a number for content", { model: "m", messages: [{ role: "user", content: 7 }] }],
  ["a list for a body", []],
])("%s is refused and the message names the field", async (_what, body) => {
  const response = await post((await api(() => say("never"))).url, body);
  expect(response.status).toBe(400);
  expect((await errorOf(response)).message).toMatch(/messages|body/);
});

test("what is unknown in a request is tolerated: fields, block types, tools", async () => {
  const { url } = await api((request) => say(`${request.tools.join()} ${request.lastUserText}`));
  const response = await post(url, {
    ...hello,
    new_field: 1,
    tools: [{ name: "Bash", strange: true }],
    messages: [
      {
        role: "user",
        content: [
          { type: "hologram", beam: 1 },
          { type: "text", text: "hi" },
        ],
      },
    ],
  });
  expect(await response.json()).toMatchObject({
    content: [{ type: "text", text: "Bash hi" }],
    stop_reason: "end_turn",
  });
});

test("another path or method is refused in the API's own shape", async () => {
  const { url } = await api(() => say("never"));
  const missing = await fetch(`${url}/v1/models`);
  expect([missing.status, (await errorOf(missing)).type]).toEqual([404, "not_found_error"]);
  const wrong = await fetch(`${url}/v1/messages`);
  expect([wrong.status, (await errorOf(wrong)).type]).toEqual([405, "invalid_request_error"]);
});

test("an answerer that throws is a 500 and the server lives on", async () => {
  const { url } = await api((request) => {
    if (request.lastUserText === "hello") throw new Error("boom");
    return say("fine");
  });
  const response = await post(url, hello);
  expect(response.status).toBe(500);
  expect((await errorOf(response)).message).toContain("boom");
  expect((await post(url, { ...hello, messages: [{ role: "user", content: "again" }] })).status).toBe(200);
});

test.each([
  [401, "authentication_error"],
  [429, "rate_limit_error"],
  [500, "api_error"],
  [529, "overloaded_error"],
] as const)("a scripted %i has the API's error type %s", async (status, type) => {
  const response = await post((await api(() => failing(status, 7))).url, hello);
  expect([response.status, response.headers.get("retry-after")]).toEqual([status, "7"]);
  expect((await errorOf(response)).type).toBe(type);
});

test("a disconnect breaks the stream before its last event", async () => {
  const { url } = await api(() => disconnecting(say("x".repeat(100_000))));
  const sent = request(`${url}/v1/messages`, { method: "POST" });
  sent.end(JSON.stringify({ ...hello, stream: true }));
  const response = await new Promise<IncomingMessage>((resolve) => sent.once("response", resolve));
  let text = "";
  response.on("data", (chunk: Buffer) => (text += chunk.toString()));
  const broken = await new Promise<boolean>((resolve) => {
    response.once("error", () => resolve(true));
    response.once("end", () => resolve(false));
  });
  expect(broken).toBe(true);
  expect(text).toContain("content_block_delta");
  expect(text).not.toContain("message_stop");
});

test("close ends a connection that was left in silence", async () => {
  const started = await api(() => silent());
  const response = await post(started.url, { ...hello, stream: true });
  expect(response.status).toBe(200);
  const [body] = await Promise.allSettled([response.text(), started.close()]);
  expect(body.status).toBe("rejected");
});

test("close does not wait for a slow reply", async () => {
  const started = await api(() => slow(3_600_000, say("late")));
  const pending = post(started.url, hello);
  await expect.poll(() => started.requests.length).toBe(1);
  const [late] = await Promise.allSettled([pending, started.close()]);
  expect(late.status).toBe("rejected");
});

test("a long text with surrogate pairs arrives whole, in several deltas", async () => {
  const text = `a${"😀".repeat(20_000)}`;
  const { url } = await api(() => say(text));
  const events = eventsIn(await (await post(url, { ...hello, stream: true })).text());
  const deltas = events.flatMap((event) => (event.delta?.["type"] === "text_delta" ? [event.delta["text"]] : []));
  expect(deltas.length).toBeGreaterThan(5);
  expect(deltas.join("")).toBe(text);
  expect(events.at(-1)).toEqual({ type: "message_stop" });
});

test("a stream has the events in the API's order, and costs something", async () => {
  const answer = (): ReturnType<typeof say> =>
    reply({ type: "thinking", thinking: "hm" }, { type: "text", text: "now" }, useTool("Bash", { command: "ls" }));
  const { url } = await api(answer);
  const events = eventsIn(await (await post(url, { ...hello, stream: true })).text());
  const block3 = (delta: number): string[] => [
    "content_block_start",
    ...Array.from({ length: delta }, () => "content_block_delta"),
    "content_block_stop",
  ];
  expect(events.map((event) => event.type)).toEqual([
    "message_start",
    ...block3(2),
    ...block3(1),
    ...block3(1),
    "message_delta",
    "message_stop",
  ]);
  const end = events.at(-2);
  expect(end).toMatchObject({ delta: { stop_reason: "tool_use" } });
  expect(z.object({ output_tokens: z.number().min(1) }).parse(end?.["usage"])).toBeDefined();
});

test("a refusal and a plain call have their own stop reasons", async () => {
  const { url } = await api((request) => (request.lastUserText === "hello" ? refuse() : call("Read", {})));
  expect(await (await post(url, hello)).json()).toMatchObject({ stop_reason: "refusal" });
  const other = await post(url, { ...hello, messages: [{ role: "user", content: "go" }] });
  expect(await other.json()).toMatchObject({ stop_reason: "tool_use" });
});

test("count_tokens answers without asking the model", async () => {
  const { url } = await api(() => {
    throw new Error("must not be asked");
  });
  const response = await post(url, hello, "/v1/messages/count_tokens");
  expect(z.object({ input_tokens: z.number().min(1) }).parse(await response.json())).toBeDefined();
});

test("requests are kept with body, headers and size, but not without bound", async () => {
  const started = await api(() => say("ok"));
  await post(started.url, hello);
  expect(started.requests[0]).toMatchObject({ method: "POST", path: "/v1/messages", body: hello });
  expect(started.requests[0]?.bytes).toBe(JSON.stringify(hello).length);
  const log = seenRequests(3, 100);
  for (const bytes of [60, 60, 10, 10, 10, 500])
    log.add({ method: "POST", path: "/", headers: {}, body: undefined, bytes, at: 0 });
  expect(log.list.map((seen) => seen.bytes)).toEqual([500]);
});

test("a block is a reply that the deck's own reader accepts", () => {
  const first = block({ status: "done", chat: "a ``` fence and a } brace" }).content[0];
  const parsed = extractActionBlock(first?.type === "text" ? first.text : "");
  expect(parsed.ok && parsed.value.block.chat).toBe("a ``` fence and a } brace");
});
