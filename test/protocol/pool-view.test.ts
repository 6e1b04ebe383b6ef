import { describe, expect, test } from "vitest";
import { foldPool } from "../../src/protocol/fold-pool.ts";
import { newPoolView, showPool, sparesIn } from "../../src/protocol/pool.ts";
import { eventOf, outcomeOf } from "../engine/events.ts";

const started = (spare: string) => eventOf(1, "pool.started", { spare });
const ready = (spare: string) => eventOf(2, "pool.ready", { spare, pid: 7, start_ms: 300 });
const hit = (spare: string, construct: string) =>
  eventOf(3, "pool.hit", { spare, construct, wait_ms: 12, age_ms: 900 });
const missed = (reason: "off" | "empty" | "died") =>
  eventOf(4, "pool.missed", { construct: "cx-9", reason, detail: "" });
const ended = (id: string) => eventOf(9, "construct.ended", { construct: id, outcome: outcomeOf(id) });

const viewOf = (...events: Parameters<typeof foldPool>[1][]) => {
  const view = newPoolView();
  for (const event of events) foldPool(view, event);
  return view;
};

describe("the view of a warm pool", () => {
  test("knows each spare from before its process is up until it, or the construct that has taken it, has ended", () => {
    expect(sparesIn(viewOf(started("a"), started("b"), ready("b")), "starting")).toBe(1);
    expect(viewOf(started("a"), ready("a"), hit("a", "cx-1")).spares).toEqual({
      a: { state: "taken", construct: "cx-1" },
    });
    expect(viewOf(started("a"), ready("a"), hit("a", "cx-1"), ended("cx-2")).spares).toHaveProperty("a");
    expect(viewOf(started("a"), ready("a"), hit("a", "cx-1"), ended("cx-1")).spares).toEqual({});
    const gone = eventOf(5, "pool.ended", { spare: "a", why: "expired", detail: "" });
    expect(viewOf(started("a"), gone).spares).toEqual({});
  });

  test("keeps the spare of a redirected construct as that of its successor, which goes on in the same process", () => {
    const redirected = eventOf(4, "construct.redirected", { construct: "cx-1", successor: "cx-2", text: "else" });
    const view = viewOf(started("a"), ready("a"), hit("a", "cx-1"), redirected, ended("cx-1"));
    expect(view.spares).toEqual({ a: { state: "taken", construct: "cx-2" } });
    foldPool(view, ended("cx-2"));
    expect(view.spares).toEqual({});
  });

  test("is told in one line: how many started warm, and why the others did not; nothing where there is no pool", () => {
    expect(showPool(viewOf())).toBeUndefined();
    expect(showPool(viewOf(missed("off")))).toBeUndefined();
    expect(showPool(viewOf(hit("a", "cx-1")))).toBe("1 of 1 construct started warm");
    const view = viewOf(hit("a", "cx-1"), missed("empty"), missed("empty"), missed("died"));
    expect(showPool(view)).toBe("1 of 4 constructs started warm (not 2: no spare was there, 1: its spare had died)");
  });
});
