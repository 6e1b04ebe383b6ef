import { describe, expect, test } from "vitest";
import type { KnownCalibers } from "../../../src/protocol/models.ts";
import { someModels } from "../../policy/caliber/fixtures.ts";
import { scriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

const calibers: KnownCalibers = {
  version: "2.1.330",
  models: someModels,
  from: "cache",
  asked_at: Date.UTC(2026, 10, 22, 12),
  warnings: [],
};

describe("cyberdeck calibers", () => {
  test("shows a line for each model, and where the list comes from", async () => {
    const deck = scriptedDeck({ calibers });
    const world = stand(["calibers"], deck);
    const { code, out, err } = await run(world);
    expect({ code, err }).toEqual({ code: 0, err: "" });
    expect(out).toMatch(/^MODEL +STANDS FOR +EFFORTS/);
    expect(out).toMatch(/\nopus +claude-opus-5-5 +low medium high xhigh max +4 +20 +yes +opus, for tests\n/);
    expect(out).toMatch(/\nhaiku +claude-haiku-5-5 +- +0\.1 +0\.5 +no +haiku/);
    expect(out).toContain("from Claude Code 2.1.330, asked 2026-11-22");
    expect(out).toContain("--refresh asks it anew");
    expect(deck.commands).toEqual([{ type: "calibers.list", refresh: false }]);
  });

  test("speaks to the deck that runs, and looks by itself only where none does", async () => {
    const world = stand(["calibers", "--workspace", "/"], scriptedDeck({ calibers }));
    await run(world);
    expect(world.opened.map(({ mode }) => mode)).toEqual(["attach"]);
  });

  test("asks anew only when it is told to", async () => {
    const deck = scriptedDeck({ calibers });
    await run(stand(["calibers", "--refresh"], deck));
    expect(deck.commands).toEqual([{ type: "calibers.list", refresh: true }]);
  });

  test("says what is not known, and never guesses it", async () => {
    const [model] = someModels;
    if (model === undefined) throw new Error("the fixture is empty");
    const unknown = { ...model, value: "new", resolved: null, price: null, fast: null, efforts: [] };
    const warnings = [{ code: "calibers.not_listed", message: "The agent was not heard\u001b[31m." }];
    const deck = scriptedDeck({
      calibers: { version: null, models: [unknown], from: "fallback", asked_at: null, warnings },
    });
    const { out } = await run(stand(["calibers"], deck));
    expect(out).toMatch(/\nnew +- +- +\? +\? +\? +default/);
    expect(out).toContain("the names that every version of it knows");
    expect(out).toContain("warning: The agent was not heard");
    expect(out).not.toContain("\u001b[31m");
  });

  test("with --json writes a model a line, with what it comes from", async () => {
    const { out } = await run(stand(["calibers", "--json"], scriptedDeck({ calibers })));
    const lines = out
      .trim()
      .split("\n")
      .map((line): unknown => JSON.parse(line));
    expect(lines).toHaveLength(someModels.length);
    expect(lines[1]).toEqual({
      ...someModels[1],
      agent_version: "2.1.330",
      from: "cache",
      asked_at: calibers.asked_at,
    });
  });
});

describe("the flags of a caliber", () => {
  const settingsOf = async (argv: string[]) => {
    const deck = scriptedDeck({ onOpen: (stage) => stage.close("done") });
    expect((await run(stand(argv, deck))).code).toBe(0);
    const [command] = deck.commands;
    return command?.type === "goal.set" || command?.type === "spawn" ? command.settings : undefined;
  };

  test("fix what they name, and leave the rest to the daemon", async () => {
    expect(await settingsOf(["run", "x"])).toMatchObject({ caliber_fixed: [], fast_mode: false });
    expect(await settingsOf(["run", "x", "--model", "haiku"])).toMatchObject({
      caliber: { model: "haiku", effort: "high" },
      caliber_fixed: ["model"],
    });
    expect(await settingsOf(["spawn", "x", "-e", "max", "-m", "opus[1m]"])).toMatchObject({
      caliber: { model: "opus[1m]", effort: "max" },
      caliber_fixed: ["model", "effort"],
    });
  });

  test("turn fast mode on and off", async () => {
    expect(await settingsOf(["run", "x", "--fast-mode"])).toMatchObject({ fast_mode: true });
    expect(await settingsOf(["run", "x", "--no-fast-mode"])).toMatchObject({ fast_mode: false });
  });

  test("do not take an effort that there is not", async () => {
    const { code, err } = await run(stand(["run", "x", "--effort", "huge"], scriptedDeck()));
    expect(code).toBe(2);
    expect(err).toContain("choose one of low, medium, high, xhigh, max");
  });

  test("say in the help what fast mode costs", async () => {
    expect((await run(stand(["run", "--help"], scriptedDeck()))).out).toMatch(
      /--fast-mode [^-]+TWICE the usual\s+price/,
    );
  });
});

describe("a run whose calibers are not what was asked for", () => {
  test("says so in its progress, each thing with its reason", async () => {
    const one = "cx-00000001";
    const deck = scriptedDeck({
      onOpen(stage) {
        stage.queue(one, "Look.");
        const [asked, given] = [
          { model: "sonnet", effort: "max" } as const,
          { model: "sonnet", effort: "high" } as const,
        ];
        stage.emit("caliber.clamped", { construct: one, asked, given, why: "sonnet has the efforts low, high" });
        stage.emit("caliber.fast_skipped", { construct: one, model: "sonnet", why: "sonnet has no fast mode" });
        stage.emit("caliber.clamped", { daemon: "dm-1", asked, given, why: "sonnet has the efforts low, high" });
        stage.end(one);
        stage.close("done");
      },
    });
    const { err } = await run(stand(["run", "x"], deck));
    expect(err).toMatch(/cx-00000001 +clamped +runs on sonnet·high in place of sonnet·max: sonnet has the efforts/);
    expect(err).toMatch(/cx-00000001 +not fast +sonnet has no fast mode/);
    expect(err).toMatch(/daemon +clamped +runs on sonnet·high/);
  });
});
