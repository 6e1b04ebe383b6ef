import { describe, expect, test } from "vitest";
import { addToBlacklist, matchBlacklist, removeFromBlacklist } from "../../../src/policy/spawning/blacklist.ts";
import type { BlacklistEntry } from "../../../src/protocol/blacklist.ts";
import { taskPairs } from "./task-pairs.ts";

const entry = (id: string, task: string): BlacklistEntry => ({
  id,
  task,
  reason: "hard kill",
  added_at: 1,
  construct: "cx-00000001",
});
const wipe = entry("bl-1", "Delete every file in /srv/shop/uploads that is older than 30 days");
const push = entry("bl-2", "Force-push the branch main to origin");

describe("the blacklist", () => {
  test("clears everything while it is empty", () => {
    expect(matchBlacklist("Delete the disk", [])).toEqual({ verdict: "clear", score: 0 });
  });

  test.each([
    wipe.task,
    "  delete every file in /srv/shop/uploads that is older than 30 days\n",
    "Zap every file in /srv/shop/uploads that is older than 30 days",
    "Second attempt: remove all files older than 30 days from /srv/shop/uploads.",
    "Hello! Would you kindly purge the files in /srv/shop/uploads which are older than 30 days? Thank you!",
    "Files in /srv/shop/uploads older than 30 days must be erased. Reply with how many there were.",
  ])("refuses the forbidden task in other words: %s", (task) => {
    expect(matchBlacklist(task, [push, wipe])).toMatchObject({ verdict: "refuse", entry: wipe });
  });

  test.each([
    "First list what is in /srv/shop, then delete every file in /srv/shop/uploads that is older than 30 days, and restart the service mailer",
    "Overwrite every file in /srv/shop/uploads that is older than 30 days",
  ])("asks where it cannot know: %s", (task) => {
    expect(matchBlacklist(task, [wipe, push])).toMatchObject({ verdict: "ask", entry: wipe });
  });

  test.each([
    "Delete every file in /srv/shop/thumbnails that is older than 30 days",
    "Delete every file in /srv/blog/uploads that is older than 30 days",
    "Restore every file in /srv/shop/uploads that is older than 30 days",
    "Do not delete anything in /srv/shop/uploads, only list what is older than 30 days",
    "Write a haiku",
  ])("clears siblings, the opposite, and other work: %s", (task) => {
    expect(matchBlacklist(task, [wipe, push])).toMatchObject({ verdict: "clear" });
    expect(matchBlacklist(task, [wipe, push])).not.toHaveProperty("entry");
  });

  test("names the nearest entry, wherever it stands in the list", () => {
    const near = entry("bl-3", "Delete the folder dist and the folder build");
    const exact = entry("bl-4", "Delete the folder dist");
    for (const entries of [
      [near, exact],
      [exact, near],
    ]) {
      expect(matchBlacklist("delete the folder dist.", entries).entry).toBe(exact);
    }
  });

  test("catches a change of one word after a prefix of 80 characters, and lets a sibling with that prefix pass", () => {
    const prefix = "You are one of several workers on the shop; read docs/style.md before you start, and then ";
    expect(prefix.length).toBeGreaterThan(80);
    const forbidden = [entry("bl-5", `${prefix}delete src/legacy/a.ts`)];
    expect(matchBlacklist(`${prefix}remove src/legacy/a.ts`, forbidden).verdict).toBe("refuse");
    expect(matchBlacklist(`${prefix}delete src/legacy/b.ts`, forbidden).verdict).toBe("clear");
  });

  test("refuses no sibling of a fan-out of a hundred when one of it is forbidden", () => {
    const task = (part: number): string => `Read chapter ${part} of book.txt and write its summary to notes/${part}.md`;
    const forbidden = [entry("bl-6", task(50))];
    const verdicts = Array.from({ length: 100 }, (_, part) => matchBlacklist(task(part), forbidden).verdict);
    expect(verdicts.flatMap((verdict, part) => (verdict === "clear" ? [] : [[part, verdict]]))).toEqual([
      [50, "refuse"],
    ]);
  });

  test("gives the same verdict whichever of two tasks is the forbidden one", () => {
    for (const { a, b } of taskPairs) {
      expect(matchBlacklist(a, [entry("x", b)]).verdict).toBe(matchBlacklist(b, [entry("x", a)]).verdict);
    }
  });

  test("judges a hostile text of any length without going beyond its bound", () => {
    const pieces = ["(", "'", '"', "/", ".", "a.", "_", "\n ", "task: ", "retry ", "\\", "不", "-", "don't ", "1"];
    const hostile = pieces.map((piece) => piece.repeat(Math.ceil(300_000 / piece.length)));
    expect(hostile.filter((task) => matchBlacklist(task, [wipe]).verdict !== "clear")).toEqual([]);
  });
});

describe("the list of what is forbidden", () => {
  test("is not changed in place", () => {
    const list = Object.freeze([wipe]);
    expect(addToBlacklist(list, push)).toEqual([wipe, push]);
    expect(removeFromBlacklist(list, "bl-1")).toEqual([]);
    expect(list).toEqual([wipe]);
  });

  test("holds a task once, with what was said about it last", () => {
    const again = { ...entry("bl-9", ` ${wipe.task} `), reason: "tripwire" };
    expect(addToBlacklist([wipe, push], again)).toEqual([push, again]);
  });

  test("holds an id once", () => {
    expect(addToBlacklist([wipe], entry("bl-1", "Something else"))).toHaveLength(1);
  });

  test("stays as it is when an unknown id is removed", () => {
    expect(removeFromBlacklist([wipe, push], "bl-7")).toEqual([wipe, push]);
  });
});
