import { expect, test } from "vitest";
import type { Before, SpawnSpec } from "../../src/engine/construct/outcome-of.ts";
import { earlierIn, type Lineage } from "../../src/engine/construct/place-wish.ts";
import type { Suspended } from "../../src/protocol/suspended.ts";
import { anOutcome } from "../kit/outcome.ts";

const spec = (origin: SpawnSpec["origin"], parent: string | null): SpawnSpec => ({
  id: "cx-2",
  task: "task",
  origin,
  parent,
  caliber: { model: "sonnet", effort: "low" },
  after: [],
  profile: "default",
  plugins: null,
});

/** One before it ended in the session s-1 on node-a; of its own it was suspended as is given. */
const lineage = (own?: { session: string | null; place: string | null }): Lineage => ({
  // Of what it was, only the session and its place count here.
  before: () =>
    own === undefined
      ? undefined
      : ({ suspended: { session_id: own.session } as Suspended, place: own.place } as Before),
  outcomeOf: (id) => (id === "cx-1" ? anOutcome({ id: "cx-1", session_id: "s-1" }) : undefined),
  placeOf: (id) => (id === "cx-1" ? "node-a" : null),
});

test("one that was suspended goes on in its own session, on the place where that is", () => {
  const own = { session: "s-2", place: "node-b" };
  expect(earlierIn(lineage(own))(spec("redirect", "cx-1"))).toEqual({ id: "s-2", place: "node-b" });
  expect(earlierIn(lineage({ ...own, place: null }))(spec("daemon", null))).toEqual({ id: "s-2", place: null });
});

test("one that was redirected goes on in the session of the one before it, where that was, unless it has one of its own", () => {
  expect(earlierIn(lineage())(spec("redirect", "cx-1"))).toEqual({ id: "s-1", place: "node-a" });
  const none = { session: null, place: null };
  expect(earlierIn(lineage(none))(spec("redirect", "cx-1"))).toEqual({ id: "s-1", place: "node-a" });
});

test("any other one begins a session, whoever its parent is", () => {
  expect(earlierIn(lineage())(spec("daemon", "cx-1"))).toBeUndefined();
  expect(earlierIn(lineage())(spec("redirect", "cx-9"))).toBeUndefined();
});
