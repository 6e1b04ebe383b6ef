import { describe, expect, test } from "vitest";
import { callsFor, type Noticed } from "../../../src/faces/cockpit/attention/calls.ts";
import { notification, terminalWays, titleSequence } from "../../../src/faces/cockpit/screen/notification.ts";
import { callReasons, defaultCockpitSettings, type CallReason } from "../../../src/protocol/cockpit-settings.ts";
import { scriptedDeck } from "../cli/scripted-deck.ts";
import { openDesk, type Desk } from "./kit/desk.ts";
import { busyFleet, id } from "./kit/scenes.ts";

const settings = defaultCockpitSettings().notify;
const nothing: Noticed = { needs: new Map(), ended: new Map(), isLost: false };
const needing = (...needs: [string, CallReason][]): Noticed => ({
  ...nothing,
  needs: new Map(needs.map(([need, reason]) => [need, { reason, text: `${need} needs you` }])),
});
const silence = { bell: false, desktop: null };

describe("what the netrunner is called for", () => {
  test("a new hold rings and is told on the desktop", () => {
    expect(callsFor(nothing, needing(["h1", "hold"]), settings, false)).toEqual({
      bell: true,
      desktop: "h1 needs you",
    });
  });

  test("what was there before calls nobody again", () => {
    const before = needing(["h1", "hold"]);
    expect(callsFor(before, before, settings, false)).toEqual(silence);
  });

  test("what has gone calls nobody", () => {
    expect(callsFor(needing(["h1", "hold"]), nothing, settings, false)).toEqual(silence);
  });

  test("what is found at the first look calls nobody", () => {
    expect(callsFor(null, needing(["h1", "hold"]), settings, false)).toEqual(silence);
  });

  test("nobody is called who looks at the window", () => {
    expect(callsFor(nothing, needing(["h1", "hold"]), settings, true)).toEqual(silence);
    expect(callsFor(nothing, needing(["h1", "hold"]), { ...settings, focused: true }, true).bell).toBe(true);
  });

  test.each([...callReasons].filter((reason) => !["done", "failed", "lost"].includes(reason)))(
    "%s calls in no way that the settings do not name",
    (reason) => {
      const after = needing(["n1", reason]);
      expect(callsFor(nothing, after, { ...settings, [reason]: [] }, false)).toEqual(silence);
      expect(callsFor(nothing, after, { ...settings, [reason]: ["bell"] }, false)).toEqual({
        bell: true,
        desktop: null,
      });
    },
  );

  test("several at once are one notification", () => {
    const after = needing(["h1", "hold"], ["h2", "hold"], ["d", "daemon"]);
    expect(callsFor(nothing, after, settings, false).desktop).toBe("h1 needs you – and 2 more");
  });

  test.each([
    ["done", { bell: false, desktop: "it ended" }],
    ["failed", { bell: true, desktop: "it ended" }],
    ["stopped", silence],
    ["paused", silence],
  ] as const)("a run that ends as %s", (status, calls) => {
    const after = { ...nothing, ended: new Map([["run-1", { status, text: "it ended" }]]) };
    expect(callsFor(nothing, after, settings, false)).toEqual(calls);
    expect(callsFor(after, after, settings, false)).toEqual(silence);
  });

  test("a deck that is lost rings once", () => {
    const lost = { ...nothing, isLost: true };
    expect(callsFor(nothing, lost, settings, false).bell).toBe(true);
    expect(callsFor(lost, lost, settings, false)).toEqual(silence);
  });
});

describe("a notification", () => {
  const hostile = "a\u0007b\u001b]0;owned\u0007c\u001b\\;d\n\u009ce\u202ef";

  test.each(["osc9", "osc777"] as const)("by %s has nothing of the text that acts", (desktop) => {
    const sequence = notification(hostile, { desktop, hasTitle: true, isInTmux: false });
    const [start = "", ...rest] = sequence.split("\u001b").slice(1);
    expect(rest).toEqual([]);
    expect(start.indexOf("\u0007")).toBe(start.length - 1);
    expect(start.split(";")).toHaveLength(desktop === "osc9" ? 2 : 4);
    expect(start).not.toMatch(/owned|\u009c|\u202e/);
  });

  test("a title has nothing of the text that acts", () => {
    const sequence = titleSequence(hostile, { desktop: "off", hasTitle: true, isInTmux: false });
    expect(sequence.slice(1)).not.toContain("\u001b");
    expect(sequence.indexOf("\u0007")).toBe(sequence.length - 1);
  });

  test("is not sent where the settings or the terminal have none", () => {
    expect(notification("x", { desktop: "off", hasTitle: true, isInTmux: false })).toBe("");
    expect(titleSequence("x", { desktop: "osc9", hasTitle: false, isInTmux: false })).toBe("");
  });

  test("goes through tmux to the terminal around it", () => {
    const sequence = notification("x", { desktop: "osc9", hasTitle: true, isInTmux: true });
    expect(sequence).toBe("\u001bPtmux;\u001b\u001b]9;cyberdeck: x\u0007\u001b\\");
  });

  test.each([
    [{ TERM: "xterm-256color" }, "osc9"],
    [{ TERM: "rxvt-unicode-256color" }, "osc777"],
    [{ TERM: "foot" }, "osc777"],
    [{ TERM: "xterm-256color", VTE_VERSION: "7600" }, "osc777"],
    [{ TERM: "linux" }, "off"],
    [{ TERM: "dumb" }, "off"],
    [{}, "off"],
  ])("is chosen by the terminal: %j", (env, desktop) => {
    expect(terminalWays({ sequence: "auto", title: true }, env).desktop).toBe(desktop);
  });

  test("is chosen by the settings where they say how", () => {
    expect(terminalWays({ sequence: "osc777", title: false }, { TERM: "xterm" })).toEqual({
      desktop: "osc777",
      hasTitle: false,
      isInTmux: false,
    });
  });
});

describe("a cockpit", () => {
  const ways = { desktop: "osc9", hasTitle: true, isInTmux: false } as const;

  async function callingDesk(): Promise<{ deck: ReturnType<typeof scriptedDeck>; desk: Desk }> {
    const deck = scriptedDeck();
    await busyFleet(deck);
    return { deck, desk: await openDesk(deck, { parts: { calling: { settings, ways } } }) };
  }

  const stall = (deck: ReturnType<typeof scriptedDeck>): void =>
    deck.stage().emit("attention.raised", {
      item: "at-9",
      construct: id(6),
      kind: "construct.stalled",
      text: "Nothing was heard of it.",
      next: "Look.",
    });

  test("says in the title how many need the netrunner", async () => {
    const { deck, desk } = await callingDesk();
    expect(desk.terminal.written).toContain("\u001b]2;⚑1 cyberdeck – Write the manual");
    stall(deck);
    await desk.until((frame) => frame.join("").includes("2 NEED YOU"));
    expect(desk.terminal.written).toContain("\u001b]2;⚑2 cyberdeck – Write the manual");
    await desk.close();
  });

  test("calls for what is new while its window is not in front", async () => {
    const { deck, desk } = await callingDesk();
    desk.terminal.type("\u001b[O");
    stall(deck);
    await desk.until((frame) => frame.join("").includes("2 NEED YOU"));
    expect(desk.terminal.written).toContain(
      "\u001b]9;cyberdeck: cx-00000006: silent: Nothing was heard of it. Look.\u0007",
    );
    await desk.close();
  });

  test("calls nobody while its window is in front, nor for what was there when it came", async () => {
    const { deck, desk } = await callingDesk();
    desk.terminal.type("\u001b[I");
    stall(deck);
    await desk.until((frame) => frame.join("").includes("2 NEED YOU"));
    expect(desk.terminal.written).not.toContain("\u001b]9;");
    await desk.close();
  });

  test("on a terminal that tells nothing of its focus, a key that was pressed just now means that somebody looks", async () => {
    const { deck, desk } = await callingDesk();
    await desk.press("s");
    stall(deck);
    await desk.until((frame) => frame.join("").includes("2 NEED YOU"));
    expect(desk.terminal.written).not.toContain("\u001b]9;");
    await desk.pass(60_000);
    deck.stage().emit("run.waiting", { question: "Go on?" });
    await desk.until((frame) => frame.join("").includes("3 NEED YOU"));
    expect(desk.terminal.written).toContain("\u001b]9;cyberdeck: daemon: the daemon waits for you: Go on?\u0007");
    await desk.close();
  });
});
