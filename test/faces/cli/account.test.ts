import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { endsCommand } from "../../../src/faces/cli/account-question.ts";
import { frame } from "../../../src/faces/cli/live/frame.ts";
import type { AccountHold } from "../../../src/protocol/account.ts";
import { scriptedDeck, settings, type ScriptedDeck, type Stage } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

const hold: AccountHold = {
  kind: "usage_limit",
  since: Date.UTC(2026, 10, 22, 10, 0, 0),
  resets_at: Date.UTC(2026, 10, 22, 14, 0, 0),
  retry_at: Date.UTC(2026, 10, 22, 14, 0, 2),
  reason: "The usage limit is reached: until two",
  evidence: ["cx-00000001: until two"],
  tries: 0,
};

const credential: AccountHold = {
  ...hold,
  kind: "credential",
  resets_at: null,
  reason: "The login is not accepted: 401",
};
const correlated: AccountHold = { ...hold, kind: "correlated", resets_at: null, retry_at: null, reason: "They die" };

/** A deck that is held as soon as its run is open, and then ends it well unless it is stopped. */
const heldDeck = (held: AccountHold, then: (stage: Stage) => void = () => undefined): ScriptedDeck =>
  scriptedDeck({
    onOpen(stage) {
      stage.queue("cx-00000001", "task");
      stage.emit("account.held", held);
      then(stage);
    },
  });

describe("cyberdeck account", () => {
  test("shows what holds the agents up, since when and until when, by the deck that runs or by the record", async () => {
    const deck = scriptedDeck({ account: hold });
    const world = stand(["account"], deck);
    const { code, out } = await run(world);
    expect(code).toBe(0);
    expect(out).toContain("held: The usage limit is reached: until two\n");
    expect(out).toContain("next try: 2026-11-22");
    expect(out).toContain("cx-00000001: until two");
    expect(world.opened[0]?.mode).toBe("attach");
    const fallback = stand(["account"], () => {
      const missing = new Fault("usage", "deck.not_running", "no deck is running");
      return fallback.opened.length === 1 ? Promise.reject(missing) : Promise.resolve(scriptedDeck());
    });
    expect((await run(fallback)).out).toBe("nothing holds the agents of this deck up\n");
    expect(fallback.opened.map(({ mode }) => mode)).toEqual(["attach", "read"]);
  });

  test("tells what only those on one node wait for, and releases that, too", async () => {
    const there: AccountHold = { ...credential, place: "node-b", reason: "The login is not accepted on node-b: 401" };
    const alone = scriptedDeck({ heldOnNodes: [there] });
    const { out } = await run(stand(["account"], alone));
    expect(out).toContain("held on node-b only: The login is not accepted on node-b: 401\n");
    expect(out).toMatch(/the others are not held up\n$/);
    const both = scriptedDeck({ account: hold, heldOnNodes: [there] });
    const told = (await run(stand(["account"], both))).out;
    expect(told.match(/^held.*/gm)).toEqual([`held: ${hold.reason}`, `held on node-b only: ${there.reason}`]);
    expect(told).not.toContain("not held up");
    expect((await run(stand(["account", "release"], both))).out).toMatch(
      /^released: The usage limit .*\nreleased: The login is not accepted on node-b: 401\nagents begin again/,
    );
    const json = (await run(stand(["account", "release", "--json"], alone))).out;
    expect(JSON.parse(json)).toEqual({ hold: null, on_nodes: [there], released: true });
  });

  test("releases, also where no deck runs, and says so in JSON on demand", async () => {
    const deck = scriptedDeck({ account: correlated });
    const { out } = await run(stand(["account", "release", "--json"], deck));
    expect(JSON.parse(out)).toEqual({ hold: correlated, released: true });
    expect(deck.commands).toEqual([{ type: "account.release" }]);
    const world = stand(["account", "release"], () => {
      const missing = new Fault("usage", "deck.not_running", "no deck is running");
      return world.opened.length === 1 ? Promise.reject(missing) : Promise.resolve(scriptedDeck());
    });
    expect((await run(world)).out).toBe("there was nothing to release\n");
    expect(world.opened.map(({ mode }) => mode)).toEqual(["attach", "edit"]);
  });

  test("takes no other word", async () => {
    expect(await run(stand(["account", "open"], scriptedDeck()))).toMatchObject({ code: 2, out: "" });
  });
});

describe("a run that is held", () => {
  test("waits for a usage limit whose end is known, and says until when", async () => {
    const deck = heldDeck(hold, (stage) => stage.close("done", "so it is"));
    const { code, err } = await run(stand(["run", "goal"], deck));
    expect(code).toBe(0);
    expect(err).toMatch(/account +HELD +The usage limit is reached: until two; next try in 3 h 4\d m/);
    expect(deck.commands.map(({ type }) => type)).toEqual(["goal.set"]);
  });

  test.each([
    { argv: ["run", "goal", "--no-wait"], held: hold, step: "Nothing is lost" },
    { argv: ["spawn", "task", "--no-wait"], held: hold, step: "Nothing is lost" },
    { argv: ["run", "goal"], held: credential, step: "See to the login" },
    { argv: ["run", "goal"], held: correlated, step: "See to what they have died of" },
    { argv: ["spawn", "task"], held: correlated, step: "See to what they have died of" },
  ])("$argv ends with 4 and the next step at: $held.kind", async ({ argv, held, step }) => {
    const deck = heldDeck(held);
    const { code, err } = await run(stand(argv, deck));
    expect(code).toBe(4);
    expect(deck.commands.at(-1)).toMatchObject({ type: "stop", status: "paused", reason: held.reason, force: false });
    expect(err).toContain(step);
    expect(err).toContain("--resume");
  });

  test("is given up in the end where nobody knows how long it takes, but never while somebody watches", () => {
    const deck = heldDeck(hold);
    deck
      .stage()
      .emit("run.opened", { kind: "goal", workspace: "/w", folder: "/w/r", settings, deck: "0", command_line: [] });
    const ends = async (held: AccountHold, isWatched: boolean, waits = true): Promise<boolean> => {
      const view = await deck.port.snapshot();
      return view !== undefined && endsCommand(held, view, { isWatched, waits });
    };
    const unknown = { ...hold, resets_at: null, tries: 11 };
    return Promise.all([
      expect(ends({ ...unknown, tries: 1 }, false)).resolves.toBe(false),
      expect(ends(unknown, false)).resolves.toBe(true),
      expect(ends(unknown, true)).resolves.toBe(false),
      expect(ends(credential, true)).resolves.toBe(false),
      expect(ends({ ...unknown, kind: "overload", tries: 0 }, false, false)).resolves.toBe(false),
    ]);
  });

  test("shows on a terminal what it waits for, and counts down", async () => {
    const deck = heldDeck(hold, (stage) => {
      stage.start("cx-00000001");
      stage.emit("construct.parked", { construct: "cx-00000001", kind: "usage_limit", until: hold.retry_at });
    });
    await run(stand(["run", "goal", "--no-wait"], deck));
    const view = await deck.port.snapshot();
    if (view === undefined) throw new Error("there is no run");
    view.closedAt = null;
    const lines = frame({ view, now: (hold.retry_at ?? 0) - 65_000, columns: 200, rows: 20, paint: (_, text) => text });
    expect(lines[0]).toContain("ACCOUNT HELD: the usage limit is reached, next try in 1:05");
    expect(lines[0]).toContain("1 waiting for it");
    expect(lines.at(-1)).toContain("◌ waits");
  });
});
