import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { attach } from "../../../src/host/door/attach.ts";
import { openDoor, type Door, type DoorOptions } from "../../../src/host/door/door.ts";
import { usualLimits } from "../../../src/host/door/visit.ts";
import { wireVersion } from "../../../src/host/door/wire.ts";
import type { Port } from "../../../src/host/port.ts";
import type { Command } from "../../../src/protocol/command.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { scriptedDeck, settings, type ScriptedDeck } from "../../faces/cli/scripted-deck.ts";
import { visit, type Visitor } from "./visitor.ts";

const doorProcess = join(import.meta.dirname, "..", "..", "kit", "door-process.ts");

let folder: string;
let home: string;
let deck: ScriptedDeck;
let door: Door | undefined;

const open = async (options: Partial<DoorOptions> = {}): Promise<Door> => {
  door = await openDoor({ home, port: deck.port, version: "1.2.3", ...options });
  return door;
};

/** What the deck does at its end: its events end, then the door closes. */
const end = async (): Promise<void> => {
  await deck.close();
  await door?.close();
  door = undefined;
};

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "door-test-"));
  home = join(folder, "home");
  mkdirSync(home);
  deck = scriptedDeck();
});

afterEach(async () => {
  await end();
  rmSync(folder, { recursive: true, force: true });
});

const goal = (text: string): Command & { type: "goal.set" } => ({
  type: "goal.set",
  goal: text,
  settings,
  command_line: [],
});

describe("the port of another process's deck", () => {
  test("carries commands, replies, views and events as the deck's own does", async () => {
    await open();
    const far = await attach(home);
    expect(await far.port.snapshot()).toBeUndefined();
    const opened = await far.port.send(goal("Count the files"));
    expect(opened).toMatchObject({ run: "run-20261122-101500-a1b2", afterSeq: 0 });
    expect(await far.port.snapshot()).toEqual(await deck.port.snapshot());
    const seen: DeckEvent[] = [];
    const following = (async () => {
      for await (const event of far.port.follow(1)) if (seen.push(event) === 2) break;
    })();
    await far.port.send({ type: "say", text: "go on" });
    await following;
    expect(seen).toEqual(deck.events.slice(1, 3));
    await far.close();
  });

  test("rejects with the fault of the deck: kind, code, message, facts and next step", async () => {
    const fault = new Fault("refused", "hold.late", "too late", { hint: "Be quicker.", facts: { hold: "hd-1" } });
    deck = scriptedDeck({ refuse: () => fault });
    await open();
    const far = await attach(home);
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
    await open();
    const faces = await Promise.all([attach(home), attach(home), attach(home)]);
    await faces[0].port.send(goal("Count"));
    const follows = faces.map(async ({ port }) => {
      const seqs: number[] = [];
      for await (const event of port.follow(0)) seqs.push(event.seq);
      return seqs;
    });
    await faces[1].port.send({ type: "say", text: "the last word" });
    await end();
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

  test("is not there without a deck: no home, no socket, a socket that nobody serves, a file in its place", async () => {
    const refused = { kind: "usage", code: "deck.not_running", hint: expect.stringContaining("cyberdeck run") };
    await expect(attach(join(folder, "nowhere"))).rejects.toMatchObject(refused);
    await expect(attach(home)).rejects.toMatchObject(refused);
    writeFileSync(join(home, "deck.sock"), "");
    await expect(attach(home)).rejects.toMatchObject(refused);
    // A note may have come with a download: a path that no deck of ours makes is not followed.
    await open();
    writeFileSync(join(folder, "elsewhere.at"), "");
    writeFileSync(join(home, "deck.sock.at"), "/etc/passwd\n");
    await (await attach(home)).close();
  });

  test("is refused when what listens is no deck, one of another version, or one that never says a word", async () => {
    const greetings: [string, string][] = [
      ["HTTP/1.1 400 Bad Request\n", "deck.stranger"],
      [`${JSON.stringify({ cyberdeck: wireVersion + 1, deck: "9.0.0", pid: 1 })}\n`, "deck.other_version"],
      ["", "deck.silent"],
      ["{half", "deck.silent"],
    ];
    for (const [greeting, code] of greetings) {
      const server = createServer((socket) => {
        socket.on("error", () => "the face has gone");
        socket.write(greeting);
      });
      await new Promise<void>((resolve) => void server.listen(join(home, "deck.sock"), resolve));
      await expect(attach(home, { greetingMs: 300 })).rejects.toMatchObject({ code });
      await new Promise((resolve) => void server.close(resolve));
    }
  });

  test("ends with the connection when the deck is cut off in the middle of a line", async () => {
    const server = createServer((socket) => {
      socket.write(`${JSON.stringify({ cyberdeck: wireVersion, deck: "1", pid: 1 })}\n`);
      socket.on("error", () => "cut by this test");
      socket.on("data", () => socket.end('{"id":1,"ok"'));
    });
    await new Promise<void>((resolve) => void server.listen(join(home, "deck.sock"), resolve));
    const far = await attach(home);
    await expect(far.port.snapshot()).rejects.toMatchObject({ code: "deck.ended" });
    await far.port.closed;
    await new Promise((resolve) => void server.close(resolve));
  });
});

describe("the socket", () => {
  test("is for its user alone, and gone with the deck", async () => {
    const { path } = await open();
    expect(path).toBe(join(home, "deck.sock"));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    await end();
    expect(readdirSync(home)).toEqual([]);
  });

  test("of a home with a long path is in a private folder, found by its note, and gone with the deck", async () => {
    home = join(folder, "x".repeat(90), "home");
    mkdirSync(home, { recursive: true });
    const { path } = await open();
    expect(path).toMatch(/^\/tmp\/cyberdeck-door-.{6}\/deck\.sock$/);
    expect(statSync(dirname(path)).mode & 0o777).toBe(0o700);
    expect(readFileSync(join(home, "deck.sock.at"), "utf8")).toBe(`${path}\n`);
    const far = await attach(home);
    expect(await far.port.snapshot()).toBeUndefined();
    await far.close();
    await end();
    expect([readdirSync(home), existsSync(dirname(path))]).toEqual([[], false]);
  });

  test("leaves nothing outside of the home even when the home is gone before its deck", async () => {
    home = join(folder, "x".repeat(90), "home");
    mkdirSync(home, { recursive: true });
    const { path } = await open();
    rmSync(home, { recursive: true });
    await end();
    expect(existsSync(dirname(path))).toBe(false);
  });

  test.each([
    ["in the home", ""],
    ["outside of it", "x".repeat(90)],
  ])("that a killed deck has left %s ends its faces, is no deck, and is replaced by the next one", async (_, deep) => {
    home = join(folder, deep, "home");
    mkdirSync(home, { recursive: true });
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
    const { path } = await open();
    expect(existsSync(left)).toBe(path === left);
    await (await attach(home)).close();
    await end();
    expect([readdirSync(home), existsSync(dirname(path)) && dirname(path) !== home]).toEqual([[], false]);
  });
});

describe("a visitor", () => {
  test.each([
    ["garbage", "\u0000\u0001nonsense\n", "door.bad_hello"],
    ["a request before the hello", '{"id":1,"method":"snapshot"}\n', "door.bad_hello"],
    ["another version", '{"attach":99}\n', "door.other_version"],
  ])("that begins with %s is told so and cut, and the deck goes on", async (_, text, code) => {
    const { path } = await open();
    using visitor = await visit(path, "mute");
    await visitor.next();
    visitor.socket.write(text);
    expect(await visitor.rest()).toMatchObject([{ id: null, fault: { code } }]);
    await (await attach(home)).close();
  });

  test("that says nothing at all is cut after a while", async () => {
    const { path } = await open({ limits: { ...usualLimits, helloMs: 100 } });
    using visitor = await visit(path, "mute");
    visitor.socket.write('{"att');
    expect((await visitor.rest()).at(-1)).toMatchObject({ fault: { code: "door.no_hello" } });
  });

  test.each([
    ["garbage", "}{", null, "door.bad_request"],
    ["no object", "[1,2]", null, "door.bad_request"],
    ["an unknown method", '{"id":7,"method":"eject"}', 7, "door.bad_request"],
    ["a number that is none", '{"id":-1,"method":"snapshot"}', null, "door.bad_request"],
    ["a follow from nowhere", '{"id":7,"method":"follow","after":"x"}', 7, "door.bad_request"],
    ["an unknown command", '{"id":7,"method":"send","command":{"type":"rm"}}', 7, "door.bad_command"],
    ["a command with a bad field", '{"id":7,"method":"send","command":{"type":"say","text":5}}', 7, "door.bad_command"],
    ["a command that is inherited", '{"id":7,"method":"send","command":{"type":"constructor"}}', 7, "door.bad_command"],
    ["no command", '{"id":7,"method":"send"}', 7, "door.bad_request"],
  ])(
    "that sends %s is answered with a fault, nothing is done, and the connection goes on",
    async (_, text, id, code) => {
      const { path } = await open();
      using visitor = await visit(path);
      visitor.socket.write(`${text}\n`);
      expect(await visitor.next()).toMatchObject({ id, fault: { kind: "usage", code, hint: expect.any(String) } });
      visitor.say({ id: 8, method: "snapshot" });
      expect(await visitor.next()).toEqual({ id: 8 });
      expect(deck.commands).toEqual([]);
    },
  );

  test("that sends a line of 100 MB is cut long before its end, and others are served meanwhile", async () => {
    const { path } = await open();
    using visitor = await visit(path);
    const piece = Buffer.alloc(1024 * 1024, "x");
    let sent = 0;
    const pour = (): void => {
      while (sent < 100 && !visitor.socket.destroyed) {
        sent += 1;
        if (!visitor.socket.write(piece)) return void visitor.socket.once("drain", pour);
      }
    };
    pour();
    const far = await attach(home);
    expect(await far.port.snapshot()).toBeUndefined();
    await far.close();
    expect(await visitor.rest()).toMatchObject([{ id: null, fault: { code: "line.too_long" } }]);
    expect(sent).toBeLessThan(100);
  });

  test("that leaves in the middle of a line, or of a follow, does no harm", async () => {
    const { path } = await open();
    await deck.port.send(goal("Count"));
    for (const last of ['{"id":1,"method":"send","comm', '{"id":1,"method":"follow","after":0}\n']) {
      using visitor = await visit(path);
      visitor.socket.write(last);
      visitor.socket.destroy();
    }
    const far = await attach(home);
    await far.port.send({ type: "say", text: "still here" });
    expect(deck.events.at(-1)?.type).toBe("netrunner.said");
    await far.close();
  });

  test("of a thousand is served while there is room, and told that there is none after that", async () => {
    const { path } = await open({ mostVisitors: 5 });
    const visitors: Visitor[] = [];
    const first: unknown[] = [];
    // One after the other, and all of them stay: the queue in front of a socket is short on some systems.
    while (visitors.length < 1000) {
      const visitor = await visit(path, "mute");
      visitors.push(visitor);
      first.push(await visitor.next());
    }
    const admitted = first.filter((line) => JSON.stringify(line).includes('"cyberdeck"'));
    const refused = first.filter((line) => JSON.stringify(line).includes('"door.full"'));
    expect([admitted.length, refused.length]).toEqual([5, 995]);
    for (const visitor of visitors) visitor.socket.destroy();
    await expect.poll(isAdmitted).toBe(true);
  });

  test("that asks for more than it may is refused, and can go on", async () => {
    const limits = { ...usualLimits, mostFollows: 2 };
    const { path } = await open({ limits });
    await deck.port.send(goal("Count"));
    using visitor = await visit(path);
    for (const id of [1, 1, 2, 3]) visitor.say({ id, method: "follow", after: 2 });
    expect(await visitor.next()).toMatchObject({ id: 1, fault: { code: "door.too_much" } });
    expect(await visitor.next()).toMatchObject({ id: 3, fault: { code: "door.too_much" } });
    visitor.say({ id: 4, method: "unfollow", follow: 1 });
    expect([await visitor.next(), await visitor.next()]).toEqual(
      expect.arrayContaining([
        { id: 4, ok: {} },
        { id: 1, end: true },
      ]),
    );
    visitor.say({ id: 5, method: "follow", after: 1 });
    expect(await visitor.next()).toMatchObject({ id: 5, event: { seq: 2, type: "goal.set" } });
  });

  test("that does not read for a while loses nothing and costs no memory: it goes on from the record", async () => {
    const from: number[] = [];
    const follow: Port["follow"] = (after) => {
      from.push(after);
      return deck.port.follow(after);
    };
    const { path } = await open({ port: { ...deck.port, follow } });
    await deck.port.send(goal("Count"));
    using slow = await visit(path);
    slow.say({ id: 1, method: "follow", after: 0 });
    expect([await slow.next(), await slow.next()]).toMatchObject([{ event: { seq: 1 } }, { event: { seq: 2 } }]);
    slow.socket.pause();
    const words = "x".repeat(2000);
    for (let n = 0; n < 2000; n += 1) deck.stage().emit("netrunner.said", { text: words });
    using other = await visit(path);
    other.say({ id: 1, method: "follow", after: 2001 });
    expect(await other.next()).toMatchObject({ event: { seq: 2002 } });
    slow.socket.resume();
    const seqs: unknown[] = [];
    while (seqs.length < 2000) seqs.push(seqOf(await slow.next()));
    expect(seqs).toEqual(Array.from({ length: 2000 }, (_, index) => index + 3));
    // It was not subscribed all the time: its backlog lay in the record, not in the deck's memory.
    expect(from.length).toBeGreaterThan(3);
  });

  test("that never reads is cut after a while, and its place is free again", async () => {
    const { path } = await open({ mostVisitors: 1, limits: { ...usualLimits, stallMs: 200, lastWordsMs: 200 } });
    await deck.port.send(goal("Count"));
    using stuck = await visit(path);
    stuck.socket.pause();
    stuck.say({ id: 1, method: "follow", after: 0 });
    expect(await isAdmitted()).toBe(false);
    const words = "x".repeat(100_000);
    for (let n = 0; n < 100; n += 1) deck.stage().emit("netrunner.said", { text: words });
    await expect.poll(isAdmitted, { timeout: 10_000 }).toBe(true);
  });
});

async function isAdmitted(): Promise<boolean> {
  try {
    await (await attach(home)).close();
    return true;
  } catch (error) {
    if (error instanceof Fault && error.code === "door.full") return false;
    throw error;
  }
}

const seqOf = (line: unknown): unknown =>
  typeof line === "object" && line !== null && "event" in line && typeof line.event === "object" && line.event !== null
    ? Reflect.get(line.event, "seq")
    : line;
