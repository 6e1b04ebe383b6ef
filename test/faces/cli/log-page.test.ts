import { describe, expect, test } from "vitest";
import { runId, scriptedDeck, settings, type ScriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

const one = "cx-00000001";

async function longRun(count = 20): Promise<ScriptedDeck> {
  const deck = scriptedDeck();
  await deck.port.send({ type: "goal.set", goal: "count", settings, command_line: [] });
  deck.stage().queue(one, "count the files");
  for (let n = 1; n <= count; n += 1) {
    deck.stage().emit("construct.said", { construct: one, text: `word ${n}` });
    deck.stage().emit("daemon.chat", { daemon: "dm-1", text: `chat ${n}` });
  }
  deck.commands.length = 0;
  return deck;
}

const seqsOf = (out: string): unknown[] =>
  out
    .trim()
    .split("\n")
    .map((line) => (JSON.parse(line) as { seq: number }).seq);

describe("logs with a choice of events", () => {
  test("writes the latest ones, and on stderr the command for those before them", async () => {
    const { code, out, err } = await run(stand(["logs", "last", "--last", "3", "--json"], await longRun()));
    expect(code).toBe(0);
    expect(seqsOf(out)).toEqual([41, 42, 43]);
    expect(err).toBe("earlier ones: cyberdeck logs last --before 41 --last 3\n");
    const before = await run(
      stand(["logs", "last", "--before", "41", "--last", "3", "--json", "--home", "h"], await longRun()),
    );
    expect(seqsOf(before.out)).toEqual([38, 39, 40]);
    expect(before.err).toContain("--before 38 --last 3 --home h");
  });

  test("goes forwards from a number, and says nothing more where there is nothing more", async () => {
    const { out, err } = await run(stand(["logs", runId, "--after", "39", "--json"], await longRun()));
    expect(seqsOf(out)).toEqual([40, 41, 42, 43]);
    expect(err).toBe("");
    const some = await run(stand(["logs", runId, "--after", "3", "--last", "2", "--json"], await longRun()));
    expect(some.err).toBe(`later ones: cyberdeck logs ${runId} --after 5 --last 2\n`);
  });

  test("takes as many pages as it needs, in either direction", async () => {
    const deck = await longRun(600);
    const { out } = await run(stand(["logs", "last", "--last", "1100", "--json"], deck));
    expect(seqsOf(out)).toEqual(Array.from({ length: 1100 }, (_, n) => 1203 - 1099 + n));
    expect(deck.commands.filter(({ type }) => type === "events.list")).toHaveLength(3);
    const forth = await run(stand(["logs", "last", "--after", "3", "--last", "700", "--json"], await longRun(600)));
    expect(seqsOf(forth.out)).toEqual(Array.from({ length: 700 }, (_, n) => 4 + n));
  });

  test("shows one construct and some types alone, as lines for people too", async () => {
    const alone = await run(stand(["logs", one, "--last", "2", "--json"], await longRun()));
    expect(seqsOf(alone.out)).toEqual([40, 42]);
    const { out } = await run(stand(["logs", "--last", "2", "--type", "daemon.chat"], await longRun()));
    expect(out.trim().split("\n")).toEqual([expect.stringContaining("chat 19"), expect.stringContaining("chat 20")]);
    const both = ["logs", "--last", "2", "--type", "daemon.chat", "--type", "goal.set", "--json"];
    expect(seqsOf((await run(stand(both, await longRun()))).out)).toEqual([41, 43]);
  });

  test("says how many of them have no line for people", async () => {
    const { out, err } = await run(stand(["logs", "--last", "4"], await longRun()));
    expect(out.trim().split("\n")).toHaveLength(2);
    expect(err).toContain("not told here: 2 of 4 events; --json shows all\n");
  });

  test.each([
    ["--last", "0"],
    ["--last", "all"],
    ["--before", "0"],
    ["--after", "-1"],
    ["--type", "construct.sung"],
  ])("refuses %s %s", async (...flags) => {
    const { code, err } = await run(stand(["logs", "last", ...flags], await longRun()));
    expect([code, err]).toEqual([2, expect.stringMatching(/hint|next|try|→|give|types|as in/i)]);
  });

  test("refuses to follow a choice of events", async () => {
    const { code, err } = await run(stand(["logs", "last", "--follow", "--last", "3"], await longRun()));
    expect([code, err]).toEqual([2, expect.stringContaining("leave out --last")]);
  });
});
