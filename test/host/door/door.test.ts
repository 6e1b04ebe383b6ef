import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer, type Server, type Socket } from "node:net";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { attach } from "../../../src/host/door/attach.ts";
import { wireVersion } from "../../../src/host/door/wire.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { doorStage, goal, type DoorStage } from "./door-stage.ts";
import { openProxy } from "./proxy.ts";

const doorProcess = join(import.meta.dirname, "..", "..", "kit", "door-process.ts");

let stage: DoorStage;

beforeEach(() => {
  stage = doorStage();
});

afterEach(async () => {
  await stage[Symbol.asyncDispose]();
});

/** Something that listens in the home and says what it likes. */
async function impostor(home: string, onSocket: (socket: Socket) => void): Promise<Server> {
  const server = createServer((socket) => {
    socket.on("error", () => "the face has gone");
    socket.resume();
    onSocket(socket);
  });
  await new Promise<void>((resolve) => void server.listen(join(home, "deck.sock"), resolve));
  return server;
}

const greeting = { cyberdeck: wireVersion, deck: "1", pid: 1, instance: "x" };
const head = `HTTP/1.1 200 OK\r\ncyberdeck-wire: ${wireVersion}\r\n`;
const presence = `${head}\r\nevent: deck\ndata: ${JSON.stringify(greeting)}\n\n`;

describe("the port of another process's deck", () => {
  test("carries commands, replies, views and events as the deck's own does", async () => {
    const { deck, home } = stage;
    const door = await stage.open();
    const far = await attach(home);
    expect(await far.port.snapshot()).toBeUndefined();
    const opened = await far.port.send(goal("Count the files"));
    expect(opened).toMatchObject({ run: "run-20261122-101500-a1b2", afterSeq: 0 });
    expect(await far.port.snapshot()).toEqual(await deck.port.snapshot());
    const seen: DeckEvent[] = [];
    const following = (async () => {
      for await (const event of far.port.follow(1)) if (seen.push(event) === 2) break;
    })();
    await far.port.send({ type: "say", text: "go on ✓\n\u2028" });
    await following;
    expect(seen).toEqual(deck.events.slice(1, 3));
    expect(door.faces).toBe(1);
    await far.close();
    await expect.poll(() => door.faces, { timeout: 20_000 }).toBe(0);
  });

  test("rejects with the fault of the deck: kind, code, message, facts and next step", async () => {
    const fault = new Fault("refused", "hold.late", "too late", { hint: "Be quicker.", facts: { hold: "hd-1" } });
    await using other = doorStage({ refuse: () => fault });
    await other.open();
    const far = await attach(other.home);
    const sent = far.port.send({ type: "say", text: "hello" });
    await expect(sent).rejects.toMatchObject({
      kind: "refused",
      code: "hold.late",
      message: "too late",
      hint: "Be quicker.",
      facts: { hold: "hd-1" },
    });
    await expect(sent).rejects.toBeInstanceOf(Fault);
    await far.close();
  });

  test("ends its followers when the deck ends, and refuses what comes after, with the next step", async () => {
    const { home } = stage;
    await stage.open();
    const faces = await Promise.all([attach(home), attach(home), attach(home)]);
    await faces[0].port.send(goal("Count"));
    const follows = faces.map(async ({ port }) => {
      const seqs: number[] = [];
      for await (const event of port.follow(0)) seqs.push(event.seq);
      return seqs;
    });
    await faces[1].port.send({ type: "say", text: "the last word" });
    await stage.end();
    expect(await Promise.all(follows)).toEqual([
      [1, 2, 3],
      [1, 2, 3],
      [1, 2, 3],
    ]);
    await Promise.all(faces.map(({ port }) => port.closed));
    await expect(faces[2].port.send({ type: "say", text: "?" })).rejects.toMatchObject({
      code: "deck.ended",
      hint: expect.stringContaining("cyberdeck show"),
    });
  });

  test("ends its followers in order when the face closes, and a request that waits is refused", async () => {
    const { home, deck } = stage;
    await stage.open({ port: { ...deck.port, snapshot: () => new Promise<never>(() => {}) } });
    const far = await attach(home);
    const following = (async () => {
      for await (const event of far.port.follow(0)) throw new Error(`no event was to come: ${event.type}`);
    })();
    const [waiting] = await Promise.all([
      far.port.snapshot().catch((error: unknown) => error),
      // Once it is under way.
      far.port.send({ type: "runs.list" }).then(() => far.close()),
      following,
    ]);
    expect(waiting).toMatchObject({ code: "deck.ended" });
    await expect(far.port.send({ type: "runs.list" })).rejects.toMatchObject({ code: "deck.ended" });
  });

  test("is not there without a deck: no home, no socket, a socket that nobody serves, a file in its place", async () => {
    const { folder, home } = stage;
    const refused = { kind: "usage", code: "deck.not_running", hint: expect.stringContaining("cyberdeck run") };
    await expect(attach(join(folder, "nowhere"))).rejects.toMatchObject(refused);
    await expect(attach(home)).rejects.toMatchObject(refused);
    writeFileSync(join(home, "deck.sock"), "");
    await expect(attach(home)).rejects.toMatchObject(refused);
    // A note may have come with a download: a path that no deck of ours makes is not followed.
    await stage.open();
    writeFileSync(join(home, "deck.sock.at"), "/etc/passwd\n");
    await (await attach(home)).close();
  });

  test.each([
    ["speaks another protocol", "220 mail.example.org ESMTP\r\n", "deck.stranger"],
    ["is a web server", "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nhi", "deck.stranger"],
    ["is a deck of an earlier kind", '{"cyberdeck":1,"deck":"0.1.0","pid":1}\n', "deck.stranger"],
    ["is of another version", "HTTP/1.1 200 OK\r\ncyberdeck-wire: 99\r\n\r\n", "deck.other_version"],
    ["greets with nonsense", `${head}\r\nevent: deck\ndata: {"cyberdeck":true}\n\n`, "deck.unreadable"],
    ["never says a word", "", "deck.silent"],
    ["stops in the middle of its head", "HTTP/1.1 200 OK\r\ncyber", "deck.silent"],
    ["stops in the middle of its greeting", `${head}\r\nevent: deck\nda`, "deck.silent"],
  ])("is refused when what listens %s", async (_, says, code) => {
    const server = await impostor(stage.home, (socket) => socket.write(says));
    await expect(attach(stage.home, { greetingMs: 300 })).rejects.toMatchObject({ code });
    await new Promise((resolve) => void server.close(resolve));
  });

  test("is not there when what listens drops the connection without a word, as a dying deck does", async () => {
    const server = await impostor(stage.home, (socket) => socket.destroy());
    await expect(attach(stage.home)).rejects.toMatchObject({ code: "deck.not_running" });
    await new Promise((resolve) => void server.close(resolve));
  });

  test("ends when the deck is cut off in the middle of an answer and nobody is there any more", async () => {
    const server = await impostor(stage.home, (socket) => {
      socket.on("data", (chunk: Buffer) => {
        if (chunk.includes("/v1/presence")) socket.write(presence);
        else {
          server.close();
          socket.end(`${head}Content-Length: 100\r\n\r\n{"run"`);
        }
      });
    });
    const far = await attach(stage.home);
    await expect(far.port.snapshot()).rejects.toMatchObject({ code: "deck.ended" });
    await far.close();
  });

  test("says that a command may have been done when its connection breaks and the deck lives", async () => {
    const { home } = stage;
    const { deck } = stage;
    const server = await impostor(home, (socket) => {
      socket.on("data", (chunk: Buffer) => {
        if (chunk.includes("/v1/presence")) socket.write(presence);
        else if (chunk.includes("/v1/version")) socket.end(`${head}Content-Length: 2\r\n\r\n{}`);
        else socket.destroy();
      });
    });
    const far = await attach(home);
    await expect(far.port.send({ type: "say", text: "once" })).rejects.toMatchObject({
      code: "deck.cut_off",
      hint: expect.stringContaining("may have been done"),
    });
    await far.close();
    expect(deck.commands).toEqual([]);
    await new Promise((resolve) => void server.close(resolve));
  });

  test("does not take another deck that has come in its place for the one that it was attached to", async () => {
    await using other = doorStage();
    const proxy = await openProxy(stage.folder, (await stage.open()).path);
    const far = await attach(proxy.home);
    await far.port.send({ type: "blacklist.list" });
    proxy.target = (await other.open()).path;
    const sent = await far.port.send({ type: "eject", reason: "meant for the first" }).catch((error: unknown) => error);
    expect(sent).toMatchObject({ code: "deck.ended" });
    proxy.breakAll();
    await far.port.closed;
    await expect(far.port.send({ type: "eject", reason: "still" })).rejects.toMatchObject({ code: "deck.ended" });
    await expect(far.port.follow(0)[Symbol.asyncIterator]().next()).rejects.toMatchObject({ code: "deck.ended" });
    expect(other.deck.commands).toEqual([]);
    await proxy.close();
  });

  test("answers what is under way when the deck closes, and refuses what comes then", async () => {
    const reply = Promise.withResolvers<never>();
    const door = await stage.open({ port: { ...stage.deck.port, send: () => reply.promise } });
    const far = await attach(stage.home);
    const sent = far.port.send({ type: "blacklist.list" });
    // Once it is under way.
    await far.port.snapshot();
    const closing = door.close();
    await expect.poll(() => existsSync(door.path), { timeout: 20_000 }).toBe(false);
    reply.resolve(JSON.parse('{"entries":[]}'));
    expect(await sent).toEqual({ entries: [] });
    await closing;
    await far.port.closed;
    await expect(far.port.snapshot()).rejects.toMatchObject({ code: "deck.ended" });
  });
});

describe("the socket", () => {
  test("is for its user alone, and gone with the deck", async () => {
    const { path } = await stage.open();
    expect(path).toBe(join(stage.home, "deck.sock"));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(dirname(path)).mode & 0o077).toBe(0);
    await stage.end();
    expect(readdirSync(stage.home)).toEqual([]);
  });

  test.each([
    ["with a long path", "x".repeat(90), 0o700],
    ["that others may look into", "open", 0o755],
  ])("of a home %s is in a private folder, found by its note, and gone with the deck", async (_, name, mode) => {
    const home = join(stage.folder, name, "home");
    stage.home = home;
    mkdirSync(home, { recursive: true });
    chmodSync(home, mode);
    const { path } = await stage.open();
    expect(path).toMatch(/^\/tmp\/cyberdeck-door-.{6}\/deck\.sock$/);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(home, "deck.sock.at"), "utf8")).toBe(`${path}\n`);
    const far = await attach(home);
    expect(await far.port.snapshot()).toBeUndefined();
    await far.close();
    await stage.end();
    expect([readdirSync(home), existsSync(dirname(path))]).toEqual([[], false]);
  });

  test("leaves nothing outside of the home even when the home is gone before its deck", async () => {
    stage.home = join(stage.folder, "x".repeat(90), "home");
    mkdirSync(stage.home, { recursive: true });
    const { path } = await stage.open();
    rmSync(stage.home, { recursive: true });
    await stage.end();
    expect(existsSync(dirname(path))).toBe(false);
  });

  test.each([
    ["in the home", ""],
    ["outside of it", "x".repeat(90)],
  ])("that a killed deck has left %s ends its faces, is no deck, and is replaced by the next one", async (_, deep) => {
    const home = join(stage.folder, deep, "killed");
    stage.home = home;
    mkdirSync(home, { recursive: true, mode: 0o700 });
    const child = spawn(process.execPath, [doorProcess, home], { stdio: ["ignore", "pipe", "inherit"] });
    const [line] = await once(child.stdout, "data");
    const left = String(line).trim();
    const face = await attach(home);
    const following = (async () => {
      for await (const event of face.port.follow(0)) throw new Error(`no event was to come: ${event.type}`);
    })();
    child.kill("SIGKILL");
    await expect(following).rejects.toMatchObject({ code: "deck.ended" });
    await face.port.closed;
    expect(existsSync(left)).toBe(true);
    await expect(attach(home)).rejects.toMatchObject({ code: "deck.not_running" });
    const { path } = await stage.open();
    expect(existsSync(left)).toBe(path === left);
    await (await attach(home)).close();
    await stage.end();
    expect([readdirSync(home), existsSync(dirname(path)) && dirname(path) !== home]).toEqual([[], false]);
  });
});
