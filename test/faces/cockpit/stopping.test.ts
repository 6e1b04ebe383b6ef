import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import type { Port } from "../../../src/host/port.ts";
import type { Command } from "../../../src/protocol/command.ts";
import { scriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet } from "./kit/scenes.ts";

const text = (frame: string[]): string => frame.join("\n");
const ejects = (deck: ReturnType<typeof scriptedDeck>): number =>
  deck.commands.filter(({ type }) => type === "eject").length;

/** A deck that carries out commands of one sort only when it is let; `asked`: how often it was told to. */
function slowDeck(type: Command["type"], until: Promise<void>) {
  const deck = scriptedDeck();
  const { port } = deck;
  const asked = { times: 0 };
  const send: Port["send"] = async (command) => {
    if (command.type !== type) return port.send(command);
    asked.times += 1;
    await until;
    return port.send(command);
  };
  return { deck: { ...deck, port: { ...port, send } }, asked };
}

describe("eject", () => {
  test.each(sizes)("says what will happen, and then what has, at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("ctrl+f"))).toMatchFileSnapshot(keptFrame("eject", size));
    await desk.press("ctrl+f");
    const done = await desk.until((frame) => text(frame).includes("nothing is left"));
    await expect(picture(done)).toMatchFileSnapshot(keptFrame("eject-done", size));
    await desk.close();
  });

  test("one press stops nothing yet, and the question does not go away by itself", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("ctrl+f");
    const frame = await desk.pass(120_000);
    expect(text(frame)).toContain("STOPS EVERYTHING NOW: 5 constructs at work, 1 queued, in 1 run");
    expect(ejects(deck)).toBe(0);
    await desk.press("enter");
    expect(ejects(deck)).toBe(1);
    await desk.close();
  });

  test("Esc leaves everything as it is", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    const frame = await desk.press("ctrl+f", "escape");
    expect(text(frame)).not.toContain("STOPS EVERYTHING");
    expect(ejects(deck)).toBe(0);
    await desk.close();
  });

  test.each([
    ["a prompt", "e"],
    ["the help", "?"],
    ["the brake", "b"],
    ["the details of a need", "x"],
    ["the palette", "ctrl+p"],
    ["the question whether to leave", "ctrl+q"],
  ])("works over %s", async (_what, key) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press(key);
    await desk.press("ctrl+f", "ctrl+f");
    expect(ejects(deck)).toBe(1);
    await desk.press("escape", "escape");
    await desk.close();
  });

  test("a letter that was on its way stops nothing", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("ctrl+f", "k", "x", "y", "space");
    expect(
      deck.commands.map(({ type }) => type).filter((type) => type !== "events.list" && type !== "host.status"),
    ).toEqual(["goal.set"]);
    await desk.close();
  });

  test("with its own key in the settings, that key is both presses", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { parts: { keys: { "deck.eject": ["!"] } } });
    await desk.press("!", "!");
    expect(ejects(deck)).toBe(1);
    await desk.close();
  });

  test("says that there was nothing to stop where the deck has no open run, and not that it has failed", async () => {
    const deck = scriptedDeck({
      refuse: ({ type }) =>
        type === "eject"
          ? new Fault("refused", "run.none", "no run is open", { hint: 'Start one: cyberdeck run "GOAL"' })
          : undefined,
    });
    const desk = await openDesk(deck);
    await desk.press("ctrl+f", "enter");
    const frame = text(await desk.until((one) => text(one).includes("there was nothing to stop")));
    expect(frame).not.toContain("NOT EJECTED");
    expect(frame).not.toContain("Start one");
    expect(frame).not.toContain("snapshot");
    await desk.press("escape");
    await desk.close();
  });

  test("a refusal is shown where it was asked for, and it can be tried again", async () => {
    let isRefusing = true;
    const deck = scriptedDeck({
      refuse: ({ type }) =>
        isRefusing && type === "eject"
          ? new Fault("refused", "test.no", "the host does not answer", { hint: "wait" })
          : undefined,
    });
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("ctrl+f", "enter");
    const frame = await desk.until((one) => text(one).includes("NOT EJECTED"));
    expect(text(frame)).toContain("the host does not answer. wait");
    isRefusing = false;
    await desk.press("enter");
    await desk.until((one) => text(one).includes("nothing is left"));
    await desk.close();
  });

  test.each(sizes)("tells how far it is while it is at work, at $columns x $rows", async (size) => {
    const gate = Promise.withResolvers<void>();
    const { deck, asked } = slowDeck("eject", gate.promise);
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await desk.press("ctrl+f", "ctrl+f");
    const working = await desk.pass(3000);
    await expect(picture(working)).toMatchFileSnapshot(keptFrame("eject-works", size));
    expect(text(working)).toContain("5 constructs still at work");
    // It is asked for once, however often the key is pressed.
    await desk.press("ctrl+f", "enter");
    expect(asked.times).toBe(1);
    gate.resolve();
    await desk.until((frame) => text(frame).includes("nothing is left"));
    await desk.close();
  });

  test.each(sizes)("names what is left alive, and what went wrong, at $columns x $rows", async (size) => {
    const survivors = [
      { pid: 4711, command: "node server.js --port 8080" },
      { pid: 4712, command: `/usr/bin/python3 -m http.server ${"--verbose ".repeat(20)}` },
    ];
    const problems = ["4711 did not end within 5 s of KILL: it waits for a disk (state D)"];
    const deck = scriptedDeck({ ejection: { proven: false, survivors, problems, snapshot: null } });
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await desk.press("ctrl+f", "ctrl+f");
    const frame = await desk.until((one) => text(one).includes("NOT PROVEN"));
    await expect(picture(frame)).toMatchFileSnapshot(keptFrame("eject-survivors", size));
    expect(text(frame)).toContain("end them yourself: kill -9 4711 4712");
    // There is no snapshot whose place could be copied.
    await desk.press("y");
    expect(desk.copied).toEqual([]);
    await desk.close();
  });

  test.each(sizes)("tells why it was refused, and what still helps, at $columns x $rows", async (size) => {
    const fault = new Fault("refused", "test.no", "the host does not answer", { hint: "Try again, or use a shell" });
    const deck = scriptedDeck({ refuse: ({ type }) => (type === "eject" ? fault : undefined) });
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await desk.press("ctrl+f", "ctrl+f");
    const frame = await desk.until((one) => text(one).includes("NOT EJECTED"));
    await expect(picture(frame)).toMatchFileSnapshot(keptFrame("eject-refused", size));
    await desk.press("escape");
    await desk.close();
  });

  test("what is left alive is told, and is never called stopped", async () => {
    const survivors = [{ pid: 4711, command: "sleep 300" }];
    const deck = scriptedDeck({ ejection: { proven: false, survivors, snapshot: null } });
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("ctrl+f", "enter");
    const frame = text(await desk.until((one) => text(one).includes("NOT PROVEN")));
    expect(frame).toContain("still alive: 4711 sleep 300");
    expect(frame).toContain("the snapshot could not be written");
    expect(frame).not.toContain("nothing is left");
    await desk.close();
  });
});

describe("leaving", () => {
  test.each(sizes)("asks while a run is open, at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("ctrl+q"))).toMatchFileSnapshot(keptFrame("quit", size));
    await desk.press("enter");
    await desk.left;
    await deck.close();
  });

  test("is at once while no run is open", async () => {
    const deck = scriptedDeck();
    const desk = await openDesk(deck);
    await desk.press("ctrl+q");
    await desk.left;
    expect(desk.terminal.isStarted).toBe(false);
    await deck.close();
  });

  test("stops nothing with Enter", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("ctrl+q", "enter");
    await desk.left;
    expect(deck.commands.some(({ type }) => type === "host.stop" || type === "stop" || type === "eject")).toBe(false);
    await deck.close();
  });

  test("Esc stays, and a small s stops nothing", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    const frame = await desk.press("ctrl+q", "s", "escape");
    expect(text(frame)).not.toContain("Leave the cockpit");
    expect(deck.commands.some(({ type }) => type === "host.stop")).toBe(false);
    await desk.close();
  });

  test("with S it leaves when nothing is left of the runs", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("ctrl+q", "S");
    await desk.left;
    expect(deck.commands).toContainEqual({ type: "host.stop" });
    await deck.close();
  });

  test.each(sizes)("shows that the host is being stopped, and asks once, at $columns x $rows", async (size) => {
    const gate = Promise.withResolvers<void>();
    const { deck, asked } = slowDeck("host.stop", gate.promise);
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await desk.press("ctrl+q", "S");
    await expect(picture(await desk.pass(3000))).toMatchFileSnapshot(keptFrame("quit-stops", size));
    await desk.press("S", "S");
    expect(asked.times).toBe(1);
    gate.resolve();
    await desk.left;
    await deck.close();
  });

  test.each(sizes)("names what is left over of the host's runs, at $columns x $rows", async (size) => {
    const survivors = [
      { pid: 99, command: "node server.js --port 8080" },
      { pid: 100, command: `python3 -m http.server ${"--verbose ".repeat(20)}` },
    ];
    const deck = scriptedDeck({ stopped: { proven: false, survivors } });
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await desk.press("ctrl+q", "S");
    const frame = await desk.until((one) => text(one).includes("not proven"));
    await expect(picture(frame)).toMatchFileSnapshot(keptFrame("quit-left-over", size));
    expect(text(frame)).toContain("end them yourself: kill -9 99 100");
    expect(text(frame)).not.toContain("the fleet goes on");
    await desk.close();
  });

  test("with S it names the nodes of which it is not proven, though nothing is left here", async () => {
    const left = { node: "node-b", sessions: null, proven: false, problem: "no answer" };
    const fine = { node: "node-a", sessions: 0, proven: true, problem: null };
    const deck = scriptedDeck({ stopped: { nodes: [fine, left] } });
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("ctrl+q", "S");
    const frame = await desk.until((one) => text(one).includes("not proven"));
    expect(text(frame)).toContain("It is not proven that nothing is left on node-b.");
    await desk.close();
  });

  test("does not leave by itself when something is still alive", async () => {
    const deck = scriptedDeck({ stopped: { proven: false, survivors: [{ pid: 99, command: "node" }] } });
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("ctrl+q", "S");
    const frame = await desk.until((one) => text(one).includes("not proven"));
    expect(text(frame)).toContain("99 node");
    await desk.close();
  });
});

describe("the brake", () => {
  test.each(sizes)("is chosen among its tiers at $columns x $rows", async (size) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck, { size });
    await expect(picture(await desk.press("b"))).toMatchFileSnapshot(keptFrame("brake", size));
    await expect(picture(await desk.press("s", "enter"))).toMatchFileSnapshot(keptFrame("brake-off", size));
    await desk.press("escape", "escape");
    await desk.close();
  });

  test("is set for the run that is open", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    const frame = await desk.press("b", "1", "enter");
    expect(deck.commands.at(-1)).toEqual({
      type: "settings.change",
      run: deck.stage().run,
      settings: { brake: "paranoid" },
    });
    expect(text(frame)).toContain("▲ paranoid");
    await desk.close();
  });

  test.each([["enter"], ["y"], ["space"], ["escape"]])("is not taken off by %s as the second key", async (key) => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("b", "3", "enter", key);
    expect(deck.commands.some(({ type }) => type === "settings.change")).toBe(false);
    await desk.press("escape", "escape");
    await desk.close();
  });

  test("is taken off by Y as the second key", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const desk = await openDesk(deck);
    await desk.press("b", "3", "enter", "Y");
    expect(deck.commands.at(-1)).toEqual({
      type: "settings.change",
      run: deck.stage().run,
      settings: { brake: "yolo" },
    });
    await desk.close();
  });

  test("without a run it is kept for later ones, and says so", async () => {
    const deck = scriptedDeck();
    const desk = await openDesk(deck);
    await desk.press("b");
    expect(text(await desk.until((frame) => text(frame).includes("Brake of later runs")))).toContain("No run is open");
    const frame = await desk.press("4", "enter");
    expect(deck.commands.at(-1)).toEqual({ type: "settings.save", set: { airgap: true }, unset: [] });
    expect(text(frame)).toContain("later runs: no network");
    await desk.close();
  });
});
