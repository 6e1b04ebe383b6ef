import { describe, expect, test } from "vitest";
import type { PlaceWish } from "../../../src/drivers/agent.ts";
import type { EarlierSession } from "../../../src/engine/construct/place-wish.ts";
import type { SpawnSpec } from "../../../src/engine/construct/outcome-of.ts";
import { placingOf, type PlacingParts } from "../../../src/engine/placing.ts";
import type { PlaceAsk } from "../../../src/protocol/place.ts";

const specOf = (id: string, on?: PlaceAsk): SpawnSpec => ({
  id,
  task: "work",
  origin: "netrunner",
  parent: null,
  caliber: { model: "sonnet", effort: "low" },
  after: [],
  profile: "default",
  plugins: null,
  ...(on === undefined ? {} : { on }),
});

/** Places that answer like this, what they were asked, and what came onto the record. */
function placing(answer: (wish: PlaceWish) => true | string, parts: Partial<PlacingParts> = {}) {
  const asked: PlaceWish[] = [];
  const notes: unknown[] = [];
  const own = placingOf({
    places: {
      draw: () => (wish) => {
        asked.push(wish);
        return answer(wish);
      },
      onChange: () => ({ [Symbol.dispose]: () => undefined }),
    },
    earlier: () => undefined,
    staysHere: () => undefined,
    note: (type, body) => {
      notes.push([type, body]);
      return true;
    },
    ...parts,
  });
  return { ...own, asked, notes };
}

const full = (): string => "all nodes are full";

describe("the placing of constructs", () => {
  test("asks for what the spawn is to have", () => {
    const { draw, asked } = placing(() => true);
    const ask = draw();
    for (const on of [undefined, {}, { labels: [] }, { pool: "gpu" }, { pool: "here" }, { labels: ["cuda"] }])
      expect(ask(specOf("cx-1", on))).toBe(true);
    expect(asked).toEqual([{}, {}, {}, { pool: "gpu" }, { pool: "here" }, { labels: ["cuda"] }]);
  });

  test("wants one whose session is kept where that is, be it here", () => {
    const sessions: Record<string, EarlierSession> = {
      "cx-far": { id: "s", place: "node-a" },
      "cx-near": { id: "s", place: null },
    };
    const { draw, asked } = placing(() => true, { earlier: ({ id }) => sessions[id] });
    const ask = draw();
    for (const id of ["cx-far", "cx-near", "cx-new"]) ask(specOf(id, id === "cx-far" ? { pool: "gpu" } : undefined));
    expect(asked).toEqual([{ pool: "gpu", before: "node-a" }, { pool: "here" }, {}]);
  });

  test("asks once in a look for what has no room, and again in the next one", () => {
    const { draw, asked } = placing(full);
    const ask = draw();
    for (const id of ["cx-1", "cx-2", "cx-3"]) expect(ask(specOf(id, { pool: "gpu" }))).toBe("all nodes are full");
    expect(ask(specOf("cx-4"))).toBe("all nodes are full");
    expect(asked.length).toBe(2);
    draw()(specOf("cx-1", { pool: "gpu" }));
    expect(asked.length).toBe(3);
  });

  test("wants one that is bound to this machine here, and says why it cannot be elsewhere", () => {
    const { draw, asked } = placing(() => true, { staysHere: () => "it has tools of plugins, which are here" });
    const ask = draw();
    expect(ask(specOf("cx-1"))).toBe(true);
    expect(ask(specOf("cx-2", { pool: "gpu" }))).toBe(
      "it is to run on the pool gpu, and can run on this machine alone: it has tools of plugins, which are here",
    );
    expect(asked).toEqual([{ pool: "here" }]);
  });

  test("has this machine alone where a deck has no places, and says so to who wants another one", () => {
    const { draw, mayBeWarm, hasRoomHere } = placing(full, { places: undefined });
    const ask = draw();
    expect([ask(specOf("cx-1")), ask(specOf("cx-2", { pool: "here" }))]).toEqual([true, true]);
    expect(ask(specOf("cx-3", { labels: ["cuda"] }))).toContain("any place with cuda, and this deck has no other");
    expect([mayBeWarm(specOf("cx-1")), hasRoomHere()]).toEqual([true, true]);
  });

  test("goes on here with a session of a place that the deck does not have any more", () => {
    const { draw } = placing(full, { places: undefined, earlier: () => ({ id: "s", place: "node-a" }) });
    expect(draw()(specOf("cx-1"))).toBe(true);
  });

  test("gives an agent that is kept ready here to none that is to run elsewhere, or has a session", () => {
    const { mayBeWarm } = placing(() => true, {
      earlier: ({ id }) => (id === "cx-old" ? { id: "s", place: null } : undefined),
    });
    const of = (id: string, on?: PlaceAsk): boolean => mayBeWarm(specOf(id, on));
    expect([of("cx-1"), of("cx-1", { pool: "here" })]).toEqual([true, true]);
    expect([of("cx-1", { pool: "gpu" }), of("cx-1", { labels: ["cuda"] }), of("cx-old")]).toEqual([
      false,
      false,
      false,
    ]);
  });

  test("keeps agents ready only while there is room for one here", () => {
    expect(placing(full).hasRoomHere()).toBe(false);
    expect(placing(({ pool }) => (pool === "here" ? true : full())).hasRoomHere()).toBe(true);
  });

  test("tells why one waits, and again only when the reason is another one", () => {
    const { tell, notes } = placing(full);
    const told = (why: string): void => tell([{ id: "cx-1", why }]);
    for (const why of ["full", "full", "gone", "full"]) told(why);
    expect(notes).toEqual(["full", "gone", "full"].map((why) => ["construct.unplaced", { construct: "cx-1", why }]));
  });
});
