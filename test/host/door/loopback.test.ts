import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { connect, createServer } from "node:net";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { attach } from "../../../src/host/door/attach.ts";
import type { Door } from "../../../src/host/door/door.ts";
import { readHttpNote } from "../../../src/host/door/http-note.ts";
import { usualLimits } from "../../../src/host/door/limits.ts";
import { doorStage, goal, type DoorStage } from "./door-stage.ts";
import { command, knock, requestText, visit } from "./visitor.ts";

let stage: DoorStage;

beforeEach(() => {
  stage = doorStage();
});

afterEach(async () => {
  await stage[Symbol.asyncDispose]();
});

async function openLoopback(): Promise<Door & { port: number; token: string }> {
  const door = await stage.open({ http: { port: 0 } });
  const note = await readHttpNote(stage.home);
  return { ...door, port: Number(new URL(door.url ?? "").port), token: note?.token ?? "" };
}

const bearing = (token: string): Record<string, string> => ({ Authorization: `Bearer ${token}` });

describe("the door on loopback", () => {
  test("is not there unless it is asked for", async () => {
    const { url } = await stage.open();
    expect([url, await readHttpNote(stage.home)]).toEqual([undefined, undefined]);
  });

  test("is on this machine alone, and its address and token are kept for the user alone", async () => {
    const { url, token } = await openLoopback();
    const file = join(stage.home, "http.json");
    expect(url).toMatch(/^http:\/\/127\.0\.0\.1:\d+$/);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(JSON.parse(readFileSync(file, "utf8"))).toEqual({ url, token, pid: process.pid });
    expect(token).toMatch(/^[\w-]{43}$/);
    await stage.end();
    expect(existsSync(file)).toBe(false);
  });

  test("has another token each time, and a killed deck's file tells nothing about the next one", async () => {
    const first = await openLoopback();
    await stage.end();
    const second = await openLoopback();
    expect(second.token).not.toBe(first.token);
    await stage.end();
    writeFileSync(join(stage.home, "http.json"), JSON.stringify({ url: "http://127.0.0.1:1", token: "x", pid: 1 }));
    await stage.open();
    expect(await readHttpNote(stage.home)).toBeUndefined();
  });

  test("carries commands, snapshots and events as the socket does", async () => {
    const { port, token } = await openLoopback();
    const sent = await command(port, JSON.stringify(goal("Count")), bearing(token));
    expect(sent).toMatchObject({ status: 200, body: { run: "run-20261122-101500-a1b2", afterSeq: 0 } });
    const shown = await knock(port, "/v1/snapshot", { headers: bearing(token) });
    expect(shown).toMatchObject({ status: 200, body: { run: { run: "run-20261122-101500-a1b2" } } });
    using follower = await visit(port, requestText("/v1/events?after=1", { headers: bearing(token) }));
    expect(await follower.next()).toMatchObject({ id: "2", event: "goal.set" });
    await stage.end();
    expect(await follower.next()).toMatchObject({ event: "end" });
  });

  test.each(["/v1/version", "/v1/snapshot", "/v1/events", "/v1/presence", "/v1/nothing", "/"])(
    "tells nobody without the token anything at %s, not even what there is",
    async (path) => {
      const { port, token } = await openLoopback();
      const wrong = [{}, bearing(""), bearing("x".repeat(43)), bearing(token.slice(1)), bearing(`${token}x`)];
      for (const headers of [...wrong, { Authorization: `Basic ${token}` }, { Authorization: token }]) {
        const answer = await knock(port, path, { headers });
        expect(answer).toMatchObject({ status: 401, body: { fault: { code: "door.no_token" } } });
        expect(answer.headers).toContain("WWW-Authenticate: Bearer");
        expect(answer.headers).not.toContain("cyberdeck-deck");
      }
    },
  );

  test("does nothing for a command without the token, or with it in the address", async () => {
    const { port, token } = await openLoopback();
    const asking = { method: "POST", body: '{"type":"eject","reason":"evil"}' };
    expect(await knock(port, "/v1/commands", asking)).toMatchObject({ status: 401 });
    expect(await knock(port, `/v1/commands?token=${token}`, asking)).toMatchObject({ status: 401 });
    expect(stage.deck.commands).toEqual([]);
  });

  test.each<[string, Record<string, string>]>([
    ["the name of another site leads here", { Host: "evil.example:80" }],
    ["the page is of another site", { Origin: "https://evil.example" }],
    ["the page is of another server of this machine", { Origin: "http://127.0.0.1:3000" }],
  ])("does nothing for a browser when %s, even with the token", async (_, headers) => {
    const { port, token } = await openLoopback();
    const answer = await command(port, '{"type":"eject","reason":"evil"}', { ...bearing(token), ...headers });
    expect(answer.status).toBe(403);
    expect(stage.deck.commands).toEqual([]);
  });

  test("lets in a page of its own", async () => {
    const { port, token } = await openLoopback();
    const headers = { ...bearing(token), Host: `127.0.0.1:${port}`, Origin: `http://127.0.0.1:${port}` };
    expect((await knock(port, "/v1/version", { headers })).status).toBe(200);
  });

  test("allows no other site's page to read an answer or to ask whether it may", async () => {
    const { port } = await openLoopback();
    const answer = await knock(port, "/v1/commands", {
      method: "OPTIONS",
      headers: { Origin: "https://evil.example", "Access-Control-Request-Method": "POST" },
    });
    expect(answer.status).toBe(403);
    expect(answer.headers).not.toContain("Access-Control-Allow");
  });

  test("that is full of strangers leaves the socket free", async () => {
    const door = await stage.open({ http: { port: 0 }, limits: { ...usualLimits, mostConnections: 4 } });
    const port = Number(new URL(door.url ?? "").port);
    const strangers = Array.from({ length: 30 }, () => connect(port, "127.0.0.1").on("error", () => "cut"));
    await Promise.all(
      strangers.map((one) => new Promise((resolve) => one.once("connect", resolve).once("close", resolve))),
    );
    const far = await attach(stage.home);
    expect(await far.port.snapshot()).toBeUndefined();
    await far.close();
    for (const one of strangers) one.destroy();
  });

  test("on a port that is taken opens no door at all, and leaves no file", async () => {
    const taken = createServer();
    await new Promise<void>((resolve) => void taken.listen(0, "127.0.0.1", resolve));
    const address = taken.address();
    const port = typeof address === "object" && address !== null ? address.port : 0;
    await expect(stage.open({ http: { port } })).rejects.toMatchObject({
      code: "door.no_port",
      hint: expect.stringContaining("another port"),
    });
    await expect(attach(stage.home)).rejects.toMatchObject({ code: "deck.not_running" });
    expect(existsSync(join(stage.home, "deck.sock"))).toBe(false);
    await new Promise((resolve) => void taken.close(resolve));
  });
});
