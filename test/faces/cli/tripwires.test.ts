import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import type { TripwireLine } from "../../../src/protocol/tripwire.ts";
import { scriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

const rule: TripwireLine = {
  name: "destructive-sql",
  severity: "warning",
  origin: "shipped",
  watches: ["call"],
  state: "on",
  message: "This call would \u001b[31mdestroy\u001b[0m data.",
};

const deckWithRules = () =>
  scriptedDeck({
    tripwires: [rule, { ...rule, name: "goal/no-touching", origin: "authored", state: "muted" }],
    trial: { firings: [{ ...rule, found: "DROP TABLE plants" }], consequence: "hold" },
  });

describe("tripwires list", () => {
  test("names each rule, its severity and whether it is muted, and carries no escape sequence of a model's", async () => {
    const { code, out } = await run(stand(["tripwires", "list"], deckWithRules()));
    expect(code).toBe(0);
    expect(out).toMatch(/destructive-sql +warning +call +on/);
    expect(out).toMatch(/goal\/no-touching +warning +call +muted/);
    expect(out).not.toContain("\u001b");
  });

  test("is what `tripwires` alone does, and with --json one object a line", async () => {
    const { out } = await run(stand(["tripwires", "--json"], deckWithRules()));
    expect(
      out
        .trim()
        .split("\n")
        .map((line): unknown => JSON.parse(line)),
    ).toEqual([rule, { ...rule, name: "goal/no-touching", origin: "authored", state: "muted" }]);
  });

  test("asks the running deck, and the record where none runs", async () => {
    const deck = deckWithRules();
    const world = stand(["tripwires", "list"], () =>
      world.opened.at(-1)?.mode === "attach"
        ? Promise.reject(new Fault("refused", "deck.not_running", "no deck runs in this home"))
        : Promise.resolve(deck),
    );
    expect((await run(world)).code).toBe(0);
    expect(world.opened.map(({ mode }) => mode)).toEqual(["attach", "read"]);
    expect(deck.closings).toBe(1);
  });

  test("does not fall back when the running deck refuses", async () => {
    const refusal = new Fault("refused", "deck.from_construct", "a construct may not give commands", { hint: "Ask." });
    const world = stand(["tripwires", "mute", "silence"], () => Promise.reject(refusal));
    expect((await run(world)).code).toBe(1);
    expect(world.opened.map(({ mode }) => mode)).toEqual(["attach"]);
  });
});

describe("tripwires test", () => {
  test("asks about a shell command, and says what would fire and what would follow", async () => {
    const deck = deckWithRules();
    const { code, out } = await run(stand(["tripwires", "test", `psql -c "DROP TABLE plants"`], deck));
    expect(code).toBe(0);
    expect(out).toContain("destructive-sql: DROP TABLE plants");
    expect(out).toContain("The call would be held for you.");
    expect(deck.commands).toEqual([
      { type: "tripwires.test", tool: "Bash", input: { command: `psql -c "DROP TABLE plants"` } },
    ]);
  });

  test("asks about another tool with its input", async () => {
    const deck = scriptedDeck();
    const { out } = await run(stand(["tripwires", "test", "--tool", "Write", "--input", '{"file_path":"a"}'], deck));
    expect(deck.commands).toEqual([{ type: "tripwires.test", tool: "Write", input: { file_path: "a" } }]);
    expect(out).toBe("No tripwire would fire on this call.\n");
  });

  test.each([
    [["tripwires", "test"], /there is no one call/],
    [["tripwires", "test", "ls", "--input", "{}"], /there is no one call/],
    [["tripwires", "test", "--tool", "Write"], /there is no one call/],
    [["tripwires", "test", "--input", "{bad"], /--input is not JSON/],
    [["tripwires", "mute"], /missing required argument/],
    [["tripwires", "lsit"], /too many arguments|unknown command/],
  ])("%j is refused with a next step, and opens nothing", async (argv, message) => {
    const world = stand(argv, scriptedDeck());
    const { code, err } = await run(world);
    expect(code).toBe(2);
    expect(err).toMatch(message);
    expect(err).toContain("next: ");
    expect(world.opened).toEqual([]);
  });
});

describe("tripwires mute", () => {
  test("confirms a critical one only with --yes, and unmute needs no confirmation", async () => {
    const deck = scriptedDeck();
    await run(stand(["tripwires", "mute", "silence"], deck));
    await run(stand(["tripwires", "mute", "host-restart", "--yes"], deck));
    const { out } = await run(stand(["tripwires", "unmute", "host-restart"], deck));
    expect(deck.commands).toMatchObject([
      { type: "tripwires.mute", name: "silence", muted: true, confirmed: false },
      { type: "tripwires.mute", name: "host-restart", muted: true, confirmed: true },
      { type: "tripwires.mute", name: "host-restart", muted: false, confirmed: false },
    ]);
    expect(out).toBe("host-restart is on again.\n");
  });
});

describe("a run's progress", () => {
  test("tells what fired and what followed, and leaves to the verdict what the brake has denied anyway", async () => {
    const deck = scriptedDeck({
      onOpen(stage) {
        stage.queue("cx-00000001", "a task");
        stage.start("cx-00000001");
        const fired = { construct: "cx-00000001", call: "t1", found: "reboot", message: "It would stop the machine." };
        stage.emit("tripwire.fired", { ...fired, name: "host-restart", severity: "critical", consequence: "kill" });
        stage.emit("tripwire.fired", { ...fired, name: "writes-outside", severity: "warning", consequence: "none" });
        stage.emit("author.failed", { author: "ta-1", reason: "no answer within 20 s", cost_usd: 0 });
        stage.close("done");
      },
    });
    const { err } = await run(stand(["run", "a goal", "--my-email", "mira@garden.example"], deck));
    expect(err).toMatch(/cx-00000001 +TRIPWIRE +host-restart \(critical\): reboot/);
    expect(err).not.toContain("writes-outside");
    expect(err).toContain("no answer within 20 s");
    expect(deck.commands[0]).toMatchObject({ settings: { my_email: "mira@garden.example" } });
  });

  test.each([
    ["--my-email", "nobody"],
    ["--tripwire-author", ""],
  ])("%s %j is refused", async (flag, value) => {
    const { code, err } = await run(stand(["run", "a goal", flag, value], scriptedDeck()));
    expect([code, err.includes(flag)]).toEqual([2, true]);
  });

  test("--tripwire-author off asks nobody for rules", async () => {
    const deck = scriptedDeck({ onOpen: (stage) => stage.close("done") });
    await run(stand(["run", "a goal", "--tripwire-author", "off"], deck));
    expect(deck.commands[0]).toMatchObject({ settings: { tripwire_author: "off" } });
  });
});
