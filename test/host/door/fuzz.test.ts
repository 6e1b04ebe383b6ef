import * as fc from "fast-check";
import { afterAll, beforeAll, expect, test } from "vitest";
import { usualLimits } from "../../../src/host/door/limits.ts";
import { doorStage, type DoorStage } from "./door-stage.ts";
import { command, knock, requestText, visit, type Answer } from "./visitor.ts";

let stage: DoorStage;
let addresses: (string | number)[];

beforeAll(async () => {
  stage = doorStage();
  const limits = { ...usualLimits, headMs: 150, bodyMs: 150, lastWordsMs: 150 };
  const door = await stage.open({ http: { port: 0 }, limits });
  addresses = [door.path, Number(new URL(door.url ?? "").port)];
});

afterAll(async () => {
  await stage[Symbol.asyncDispose]();
});

/** The deck was not made to do anything, and still answers. */
async function goesOn(): Promise<void> {
  expect(stage.deck.commands).toEqual([]);
  const [path = ""] = addresses;
  expect((await knock(path, "/v1/version")).status).toBe(200);
}

/** Sends bytes as they are, ends, and hears the answer out. */
async function pour(address: string | number, bytes: Uint8Array): Promise<Answer> {
  using visitor = await visit(address);
  visitor.socket.end(Buffer.from(bytes));
  return await visitor.rest();
}

const isRefusal = ({ status, body }: Answer): boolean =>
  status >= 400 && status < 600 && /"fault":\{.*"code":"door\./.test(JSON.stringify(body));

/** Text that is almost a request. */
const nearly = fc
  .tuple(
    fc.constantFrom("GET", "POST", "PUT", "", "get", "PRI", "CONNECT"),
    fc.constantFrom(" /v1/commands", " /v1/snapshot", " *", "", " /v1/events?after=%00", " //", " http://a/"),
    fc.constantFrom(" HTTP/1.1\r\n", " HTTP/1.0\r\n", " HTTP/9\r\n", "\r\n", " HTTP/1.1\n"),
    fc.array(
      fc.oneof(
        fc.constantFrom(
          "Host: localhost\r\n",
          "Host: localhost:99999\r\n",
          "Content-Length: -1\r\n",
          "Content-Length: 5\r\n",
          "Content-Length: 99999999999999999999\r\n",
          "Transfer-Encoding: chunked\r\n",
          "Transfer-Encoding: gzip\r\n",
          "Content-Type: application/json\r\n",
          "Expect: 100-continue\r\n",
          "Expect: a miracle\r\n",
          "Connection: keep-alive\r\n",
          "Upgrade: websocket\r\nConnection: Upgrade\r\n",
          ": nameless\r\n",
          `X: ${"x".repeat(9000)}\r\n`,
        ),
        fc.string({ maxLength: 40 }),
      ),
      { maxLength: 6 },
    ),
    fc.constantFrom("\r\n", "\n", "", "\r\n5\r\nhello\r\n0\r\n\r\n", '\r\n{"type":"stop"', "\r\nZZ\r\n"),
  )
  .map((parts) => Buffer.from(parts.flat().join("")));

test("random bytes, half requests and requests that are almost right get a refusal or the end, and the deck goes on", async () => {
  const anything = fc.oneof(fc.uint8Array({ maxLength: 2000 }), nearly);
  await fc.assert(
    fc.asyncProperty(anything, fc.constantFrom(0, 1), async (bytes, at) => {
      const answer = await pour(addresses[at] ?? "", bytes);
      const isReadOnly = answer.status === 200 && Buffer.from(bytes).toString("latin1").startsWith("GET /v1/snapshot ");
      // A server may also just close on what it cannot make sense of, or say that it does not work miracles.
      expect(answer.status === 0 || answer.status === 417 || isReadOnly || isRefusal(answer)).toBe(true);
      expect(stage.deck.commands).toEqual([]);
    }),
    { numRuns: 400, interruptAfterTimeLimit: 30_000 },
  );
  await goesOn();
}, 60_000);

test("bodies of the wrong types and shapes are refused as no command, and nothing is done", async () => {
  const [path = ""] = addresses;
  const value = fc.oneof(
    fc.json({ maxDepth: 4 }),
    fc
      .record({ type: fc.oneof(fc.constantFrom("say", "spawn", "goal.set", "hold.answer"), fc.string()) })
      .chain((base) =>
        fc
          .dictionary(
            fc.constantFrom("text", "tasks", "goal", "settings", "hold", "answer", "__proto__"),
            fc.jsonValue(),
          )
          // Each of these types needs one of these, and the rest may be left out.
          .map((rest) => JSON.stringify({ ...rest, ...base, text: 5, goal: 5, tasks: 5, hold: 5, answer: 5 })),
      ),
  );
  await fc.assert(
    fc.asyncProperty(value, async (body) => {
      expect(isRefusal(await command(path, body))).toBe(true);
    }),
    { numRuns: 300, interruptAfterTimeLimit: 30_000 },
  );
  await goesOn();
}, 60_000);

test("a text that is nested a hundred thousand times is answered, and the deck goes on", async () => {
  const [path = ""] = addresses;
  const depth = 100_000;
  const body = `{"type":"say","text":${"[".repeat(depth)}${"]".repeat(depth)}}`;
  expect(await command(path, body)).toMatchObject({ status: 400, body: { fault: { code: "door.bad_command" } } });
  await goesOn();
});

test("a request that comes byte by byte is understood", async () => {
  const [path = ""] = addresses;
  using visitor = await visit(path);
  for (const byte of Buffer.from(requestText("/v1/snapshot"))) visitor.socket.write(Buffer.from([byte]));
  expect(await visitor.rest()).toMatchObject({ status: 200, body: { run: null } });
});
