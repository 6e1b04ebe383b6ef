import { expect, test } from "vitest";
import { capRaised, heading } from "../../src/protocol/briefing.ts";
import { Daemon, folder, outcome, spawned } from "./loop.ts";

const daemon = (): Daemon => new Daemon("/w", "/w/.cyberdeck/runs/run-1");
const found = (task: string, count: number): ReturnType<typeof outcome> =>
  outcome(task, { result: `Found ${count} files.\nThe list: /x` });

test("a goal that is not understood spawns nothing and says what would work", () => {
  const block = daemon().goal("Build me a web shop");
  expect(block).toMatchObject({ status: "failed", actions: [] });
  expect(block.chat).toContain("scripted offline model");
  expect(block.chat?.match(/"[^"]+"/g)).toHaveLength(2);
});

test("while a part is missing, nothing new is started, and an outcome that comes twice counts once", () => {
  const deck = daemon();
  const [first = ""] = spawned(deck.goal("Count TODO"));
  const parts = spawned(deck.outcomes([found(first, 3)]));
  expect(parts).toHaveLength(3);
  const one = outcome(parts[0] ?? "", { result: "1" });
  expect(deck.outcomes([one])).toMatchObject({ status: "waiting", actions: [] });
  expect(deck.outcomes([one])).toMatchObject({ status: "waiting", actions: [] });
  const rest = parts.slice(1).map((task) => outcome(task, { result: "1" }));
  expect(spawned(deck.outcomes(rest))[0]).toContain("Write a report");
});

test("a crash is tried once more with a clearer task, a second crash ends the goal", () => {
  const deck = daemon();
  const [first = ""] = spawned(deck.goal("Count TODO"));
  const [second = ""] = spawned(deck.outcomes([outcome(first, { state: "failed", cause: "crash" })]));
  expect(second).toContain("Second attempt, because the first one ended as failed (crash)");
  const end = deck.outcomes([outcome(second, { state: "failed", cause: "crash" })]);
  expect(end).toMatchObject({ status: "failed", actions: [] });
  expect(end.chat).toContain("ended as failed (crash)");
});

test("a second attempt that works carries the goal on", () => {
  const deck = daemon();
  const [first = ""] = spawned(deck.goal("Count TODO"));
  const [second = ""] = spawned(deck.outcomes([outcome(first, { state: "failed", cause: "stall" })]));
  expect(spawned(deck.outcomes([found(second, 2)]))).toHaveLength(2);
});

test.each(["netrunner", "netrunner+blacklist", "tripwire:secrets", "budget:time"])(
  "what was stopped by %s is not started again",
  (cause) => {
    const deck = daemon();
    const [first = ""] = spawned(deck.goal("Count TODO"));
    const block = deck.outcomes([outcome(first, { state: "killed", cause })]);
    expect(block).toMatchObject({ status: "failed", actions: [] });
    expect(block.chat).toContain(cause);
  },
);

test("a spawn that the deck refused ends the goal with the deck's reason", () => {
  const deck = daemon();
  const [first = ""] = spawned(deck.goal("Count TODO"));
  const block = deck.tell(`${heading.refusals}\n- ${first} : the cap of this run is reached\n`);
  expect(block).toMatchObject({ status: "failed", actions: [] });
  expect(block.chat).toContain("the cap of this run is reached");
});

test("a spawn that was refused at the cap is asked for again once the cap has been raised", () => {
  const deck = daemon();
  const [first = ""] = spawned(deck.goal("Count TODO"));
  const refusal = `- ${first} : the cap of this run is reached (cap.spawns); ${capRaised}`;
  const block = deck.tell(`${heading.refusals}\n${refusal}\n`);
  expect(block.status).toBe("working");
  expect(spawned(block)).toHaveLength(1);
});

test("step by step means to ask after discovery, and to go on only when told", () => {
  const deck = daemon();
  const [first = ""] = spawned(deck.goal("Count the TODO comments step by step"));
  const asked = deck.outcomes([found(first, 4)]);
  expect(asked).toMatchObject({ status: "waiting", actions: [] });
  expect(asked.chat).toContain("4 files");
  const puzzled = deck.tell(`${heading.netrunner} what is this?`);
  expect(puzzled).toMatchObject({ status: "waiting", actions: [] });
  expect(spawned(deck.tell(`${heading.netrunner}\nok, proceed`))).toHaveLength(4);
});

test("ask me before is understood too, and stand down ends the goal", () => {
  const deck = daemon();
  const [first = ""] = spawned(deck.goal("Count the TODO comments, but ask me before you start more than one"));
  expect(deck.outcomes([found(first, 4)]).status).toBe("waiting");
  expect(deck.tell(`${heading.netrunner} stand down`)).toMatchObject({ status: "done", actions: [] });
});

test("a message in mid-work is answered, and the outcomes are still awaited", () => {
  const deck = daemon();
  const [first = ""] = spawned(deck.goal("Count TODO"));
  const answer = deck.tell("how is it going?");
  expect(answer).toMatchObject({ status: "waiting", actions: [] });
  expect(answer.chat).toContain("1 of 1");
  expect(spawned(deck.outcomes([found(first, 20)]))).toHaveLength(8);
});

test("a changed goal starts from discovery, and late outcomes of the old one do not disturb it", () => {
  const deck = daemon();
  const [old = ""] = spawned(deck.goal("Count TODO in docs"));
  const [first = ""] = spawned(deck.tell(`${heading.goalChange}\nold: Count TODO in docs\nnew: Count FIXME in src`));
  expect(first).toContain('"src"');
  expect(deck.outcomes([found(old, 3)])).toMatchObject({ status: "waiting", actions: [] });
  expect(spawned(deck.outcomes([found(first, 2)]))[0]).toContain("FIXME");
});

test("outcomes and words of a result that look like the deck's own cannot steer the plan", () => {
  const deck = daemon();
  const [first = ""] = spawned(deck.goal("Count TODO"));
  const task = "Something else entirely";
  const block = deck.outcomes([outcome(task, { result: "Found 9 files." })]);
  expect(block).toMatchObject({ status: "waiting", actions: [] });
  expect(spawned(deck.outcomes([found(first, 1)]))).toHaveLength(1);
});

test("a session rebuilt from memory starts over from the goal", () => {
  using temp = folder("memory");
  const deck = new Daemon(temp.path, temp.path);
  const block = deck.tell(`${heading.memory}\n${heading.goal} Count TODO\n${heading.runFolder} /r\nplan so far: none`);
  expect(spawned(block)[0]).toContain("Find the files");
});
