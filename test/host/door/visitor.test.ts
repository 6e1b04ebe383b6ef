import { readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attach } from "../../../src/host/door/attach.ts";
import { readHttpNote } from "../../../src/host/door/http-note.ts";
import { usualLimits } from "../../../src/host/door/limits.ts";
import { wireVersion } from "../../../src/host/door/wire.ts";
import { doorStage, goal, type DoorStage } from "./door-stage.ts";
import { command, knock, requestText, visit, type Asking, type Visitor } from "./visitor.ts";

let stage: DoorStage;

beforeEach(() => {
  stage = doorStage();
});

afterEach(async () => {
  await stage[Symbol.asyncDispose]();
});

/** The deck still serves others, and nobody has made it do anything. */
async function isUnharmed(): Promise<void> {
  const far = await attach(stage.home);
  expect(await far.port.snapshot()).toBeUndefined();
  await far.close();
  expect(stage.deck.commands).toEqual([]);
}

const refusal = (code: string) => ({ fault: { code, message: expect.any(String), hint: expect.any(String) } });

describe("a request", () => {
  test.each<[string, string, Asking, number, string]>([
    ["to nowhere", "/", {}, 404, "door.unknown_path"],
    ["to a file", "/../../etc/passwd", {}, 404, "door.unknown_path"],
    ["to a file, encoded", "/v1/..%2f..%2fetc%2fpasswd", {}, 404, "door.unknown_path"],
    ["to what every object has", "/constructor", {}, 404, "door.unknown_path"],
    ["to a whole address", "http://localhost/v1/snapshot", {}, 404, "door.unknown_path"],
    ["with the wrong method", "/v1/snapshot", { method: "DELETE" }, 405, "door.bad_method"],
    ["of a browser that asks whether it may", "/v1/commands", { method: "OPTIONS" }, 405, "door.bad_method"],
    ["for an event before the first", "/v1/events?after=-1", {}, 400, "door.bad_query"],
    ["for an event that is no number", "/v1/events?after=1e3", {}, 400, "door.bad_query"],
    ["for an event beyond counting", "/v1/events?after=9999999999999999", {}, 400, "door.bad_query"],
    ["with a field that is not known", "/v1/events?aftr=1", {}, 400, "door.bad_query"],
    ["with the token in its address", "/v1/events?token=x", {}, 400, "door.bad_query"],
    ["with a bad last event", "/v1/events", { headers: { "Last-Event-ID": "x" } }, 400, "door.bad_query"],
    ["of another version", "/v1/version", { headers: { "Cyberdeck-Wire": "99" } }, 409, "door.other_version"],
    ["to another deck", "/v1/version", { headers: { "Cyberdeck-Deck": "dead" } }, 409, "door.other_deck"],
    ["for another machine", "/v1/version", { headers: { Host: "evil.example" } }, 403, "door.foreign_host"],
    ["for a name that begins alike", "/v1/version", { headers: { Host: "localhost.evil" } }, 403, "door.foreign_host"],
    ["of a foreign page", "/v1/version", { headers: { Origin: "https://evil.example" } }, 403, "door.foreign_origin"],
    ["of a page of nobody", "/v1/version", { headers: { Origin: "null" } }, 403, "door.foreign_origin"],
    [
      "of another server here",
      "/v1/version",
      { headers: { Origin: "http://localhost:3000" } },
      403,
      "door.foreign_origin",
    ],
    ["across sites", "/v1/version", { headers: { "Sec-Fetch-Site": "cross-site" } }, 403, "door.foreign_origin"],
    ["with a huge head", "/v1/version", { headers: { Cookie: "x".repeat(20_000) } }, 431, "door.long_head"],
  ])("%s is refused, with the next step, and the deck goes on", async (_, path, asking, status, code) => {
    const door = await stage.open();
    const answer = await knock(door.path, path, asking);
    expect(answer).toMatchObject({ status, body: refusal(code) });
    await isUnharmed();
  });

  test("says by which method a path is asked for", async () => {
    const { path } = await stage.open();
    expect((await knock(path, "/v1/commands")).headers).toContain("Allow: POST");
  });

  test("without a host, or with two, is refused", async () => {
    const { path } = await stage.open();
    for (const hosts of ["", "Host: localhost\r\nHost: evil.example\r\n"]) {
      using visitor = await visit(path, `GET /v1/version HTTP/1.1\r\n${hosts}\r\n`);
      expect(await visitor.rest()).toMatchObject({ status: 403, body: refusal("door.foreign_host") });
    }
  });

  test("tells who the deck is, to be kept by nobody and embedded by no page", async () => {
    const { path } = await stage.open();
    const { status, headers, body } = await knock(path, "/v1/version");
    expect([status, body]).toEqual([
      200,
      { cyberdeck: 3, deck: "1.2.3", pid: process.pid, instance: expect.stringMatching(/^[0-9a-f]{16}$/) },
    ]);
    for (const header of ["cyberdeck-wire: 3", "Cache-Control: no-store", "X-Content-Type-Options: nosniff"])
      expect(headers).toContain(header);
    expect(headers).not.toContain("Access-Control");
  });

  test("is told of on the page about the API as it is answered", () => {
    const page = readFileSync(join(import.meta.dirname, "../../../docs/api.md"), "utf8");
    expect(page).toContain(`{"cyberdeck":${wireVersion},"deck":`);
  });

  test.each([
    ["is no HTTP", "\u0000\u0001nonsense\r\n\r\n"],
    ["is the first line of an older face", '{"attach":1}\n'],
    ["has two lengths", "POST /v1/commands HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n"],
    [
      "has a length and is in chunks",
      "POST / HTTP/1.1\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n",
    ],
    ["has a line feed in a header", "GET / HTTP/1.1\r\nHost: a\rb\r\n\r\n"],
  ])("that %s is told so and cut, and the deck goes on", async (_, text) => {
    const { path } = await stage.open();
    using visitor = await visit(path, text);
    expect(await visitor.rest()).toMatchObject({ status: 400, body: refusal("door.bad_request") });
    await isUnharmed();
  });

  test("whose head, or whose body, never ends is cut after a while", async () => {
    const { path } = await stage.open({ limits: { ...usualLimits, headMs: 100, bodyMs: 200 } });
    const halves = ["GET /v1/ver", requestText("/v1/commands", { method: "POST", body: "{}" }).slice(0, -1)];
    for (const half of halves) {
      using visitor = await visit(path, half);
      expect((await visitor.rest()).status).toBe(408);
    }
    await isUnharmed();
  });

  test("that is followed by others on the same connection is answered alone", async () => {
    const { path } = await stage.open();
    const sent = requestText("/v1/commands", { method: "POST", body: '{"type":"blacklist.list"}' });
    using visitor = await visit(path, sent.repeat(1000));
    expect(await visitor.rest()).toMatchObject({ status: 200, headers: expect.stringContaining("Connection: close") });
    expect(stage.deck.commands).toHaveLength(1);
  });

  test("that is followed by rubbish does no harm", async () => {
    const { path } = await stage.open();
    using visitor = await visit(path, `${requestText("/v1/events")}\u0000\u0001rubbish`);
    expect([0, 200]).toContain((await visitor.rest()).status);
    await isUnharmed();
  });
});

describe("a command", () => {
  test.each([
    ["that is no JSON", "}{", 400, "door.bad_request"],
    ["that is empty", "", 400, "door.bad_request"],
    ["that is no object", "[1,2]", 400, "door.bad_command"],
    ["that is not known", '{"type":"rm"}', 400, "door.bad_command"],
    ["with a bad field", '{"type":"say","text":5}', 400, "door.bad_command"],
    ["that is inherited", '{"type":"constructor"}', 400, "door.bad_command"],
  ])("%s is answered with a fault, and nothing is done", async (_, body, status, code) => {
    const { path } = await stage.open();
    expect(await command(path, body)).toMatchObject({ status, body: refusal(code) });
    await isUnharmed();
  });

  test.each([["text/plain"], ["application/x-www-form-urlencoded"], ["application/jsonp"], [""]])(
    "of type %j is refused: a page of another site could send it without asking",
    async (type) => {
      const { path } = await stage.open();
      const answer = await command(path, '{"type":"stop"}', { "Content-Type": type });
      expect(answer).toMatchObject({ status: 415, body: refusal("door.bad_media") });
      await isUnharmed();
    },
  );

  test("that is no UTF-8 is refused", async () => {
    const { path } = await stage.open();
    using visitor = await visit(path, requestText("/v1/commands", { method: "POST", body: "??" }).slice(0, -2));
    visitor.socket.write(Buffer.from([0xc3, 0x28]));
    expect(await visitor.rest()).toMatchObject({ status: 400, body: refusal("door.bad_request") });
  });

  test("that the deck refuses is answered with its fault, under a status that says whose mistake it is", async () => {
    const { path } = await stage.open();
    const unknown = await command(path, '{"type":"blacklist.remove","id":"bl-1"}');
    expect(unknown).toMatchObject({ status: 400, body: { fault: { kind: "usage", code: "blacklist.unknown" } } });
    const refused = await command(path, '{"type":"run.show","run":"run-x"}');
    expect(refused).toMatchObject({ status: 409, body: { fault: { kind: "refused", code: "test.no_run" } } });
  });

  test.each([
    ["said beforehand", "the socket", { "Content-Length": String(100 * 1024 * 1024) }],
    ["in chunks", "the socket", { "Transfer-Encoding": "chunked" }],
    ["said beforehand", "loopback", { "Content-Length": String(100 * 1024 * 1024) }],
  ])(
    "of 100 MB, %s, is refused over %s long before its end, and others are served meanwhile",
    async (_, way, headers) => {
      const door = await stage.open({ http: { port: 0 } });
      const token = (await readHttpNote(stage.home))?.token ?? "";
      const address = way === "loopback" ? Number(new URL(door.url ?? "").port) : door.path;
      const usual = { "Content-Type": "application/json", Authorization: `Bearer ${token}` };
      using visitor = await visit(
        address,
        requestText("/v1/commands", { method: "POST", headers: { ...usual, ...headers } }),
      );
      const text = "x".repeat(1024 * 1024);
      const piece = Buffer.from("Content-Length" in headers ? text : `${text.length.toString(16)}\r\n${text}\r\n`);
      let sent = 0;
      const pour = (): void => {
        while (sent < 100 && visitor.socket.writable) {
          sent += 1;
          if (!visitor.socket.write(piece)) return void visitor.socket.once("drain", pour);
        }
      };
      pour();
      await isUnharmed();
      expect(await visitor.rest()).toMatchObject({ status: 413, body: refusal("door.too_long") });
    },
  );

  test("is sent in full only by who was let in, where the sender asks first", async () => {
    const { path } = await stage.open();
    const body = '{"type":"blacklist.list"}';
    const asking = { method: "POST", body, headers: { Expect: "100-continue" } };
    using visitor = await visit(path, requestText("/v1/commands", asking).slice(0, -body.length));
    const goOn = new Promise<string>((resolve) => visitor.socket.once("data", (chunk) => resolve(String(chunk))));
    expect(await goOn).toBe("HTTP/1.1 100 Continue\r\n\r\n");
    visitor.socket.write(body);
    expect(await visitor.rest()).toMatchObject({ status: 200, body: { entries: [] } });
    const foreign = { ...asking, headers: { ...asking.headers, Origin: "https://evil.example" } };
    using stranger = await visit(path, requestText("/v1/commands", foreign).slice(0, -body.length));
    const first = new Promise<string>((resolve) => stranger.socket.once("data", (chunk) => resolve(String(chunk))));
    expect(await first).toMatch(/^HTTP\/1\.1 403 /);
  });

  test("that is too long is refused in words also for who reads nothing before it has sent everything", async () => {
    const door = await stage.open({ http: { port: 0 } });
    const port = Number(new URL(door.url ?? "").port);
    const headers = { Authorization: `Bearer ${(await readHttpNote(stage.home))?.token}` };
    using visitor = await visit(port);
    visitor.socket.pause();
    const body = "x".repeat(8 * 1024 * 1024);
    const isSent = new Promise((resolve) => {
      visitor.socket.once("error", resolve);
      visitor.socket.write(requestText("/v1/commands", { method: "POST", body, headers }), resolve);
    });
    expect(await isSent).not.toBeInstanceOf(Error);
    visitor.socket.resume();
    expect(await visitor.rest()).toMatchObject({ status: 413, body: refusal("door.too_long") });
  });

  test("whose sender leaves in the middle does no harm", async () => {
    const { path } = await stage.open();
    await stage.deck.port.send(goal("Count"));
    const half = requestText("/v1/commands", { method: "POST", body: '{"type":"stop"}' }).slice(0, -3);
    for (const text of [half, requestText("/v1/events"), requestText("/v1/presence")]) {
      using visitor = await visit(path, text);
      visitor.socket.destroy();
    }
    const far = await attach(stage.home);
    await far.port.send({ type: "say", text: "still here" });
    expect(stage.deck.events.at(-1)?.type).toBe("netrunner.said");
    await far.close();
  });
});

describe("visitors", () => {
  test("of a thousand are served while there is room, and told that there is none after that", async () => {
    const { path } = await stage.open({ limits: { ...usualLimits, mostConnections: 5 } });
    const visitors: Visitor[] = [];
    const statuses: number[] = [];
    for (let n = 0; n < 5; n += 1) {
      const visitor = await visit(path, requestText("/v1/presence"));
      visitors.push(visitor);
      expect((await visitor.next())?.event).toBe("deck");
    }
    while (statuses.length < 995) {
      const visitor = await visit(path, requestText("/v1/presence"));
      visitors.push(visitor);
      const { status, body } = await visitor.rest();
      statuses.push(status);
      expect(body).toMatchObject(refusal("door.full"));
    }
    expect(new Set(statuses)).toEqual(new Set([503]));
    expect(await command(path, '{"type":"blacklist.list"}')).toMatchObject({ status: 503, body: refusal("door.full") });
    expect(stage.deck.commands).toEqual([]);
    for (const visitor of visitors) visitor[Symbol.dispose]();
    await expect.poll(isAdmitted, { timeout: 20_000 }).toBe(true);
  });

  test("that open too many streams are refused, and commands go on", async () => {
    const { path } = await stage.open({ limits: { ...usualLimits, mostStreams: 2 } });
    using one = await visit(path, requestText("/v1/presence"));
    using other = await visit(path, requestText("/v1/presence"));
    await Promise.all([one.next(), other.next()]);
    expect(await knock(path, "/v1/events")).toMatchObject({ status: 429, body: refusal("door.too_much") });
    expect(await knock(path, "/v1/snapshot")).toMatchObject({ status: 200, body: { run: null } });
    one.socket.destroy();
    await expect.poll(isAdmitted, { timeout: 20_000 }).toBe(true);
  });

  test("that are connected and say nothing do not hold up the end of the deck", async () => {
    const { path } = await stage.open();
    using silent = await visit(path);
    using half = await visit(path, "GET /v1");
    await stage.end();
    expect([(await silent.rest()).status, (await half.rest()).status]).toEqual([0, 0]);
  });
});

async function isAdmitted(): Promise<boolean> {
  const far = await attach(stage.home).catch(() => undefined);
  await far?.close();
  return far !== undefined;
}
