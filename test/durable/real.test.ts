import { expect, test } from "vitest";
import { tryReal } from "./real-life.ts";

// The imitation of the matrix is only as good as this: the same scenario, its netrunner and its checks, with the real agent.
test(
  "the scenario of the matrix comes to its end with the real agent, too, whether that dies with its deck or outlives it",
  { timeout: 300_000 },
  async () => {
    const clean = await tryReal({ seed: 2, deaths: [] }, "deck");
    expect(clean.wrong).toEqual([]);
    const outlived = await tryReal(
      { seed: 2, deaths: [{ type: "construct.tool_returned", nth: 2, when: "between" }] },
      "deck",
    );
    expect(outlived.wrong).toEqual([]);
    const ended = outlived.events.filter((event) => event.type === "strays.ended");
    expect(ended.length > 0 && ended.every(({ body }) => body.proven)).toBe(true);
    const both = await tryReal({ seed: 2, deaths: [{ type: "hold.opened", nth: 1, when: "after" }] }, "both");
    expect(both.wrong).toEqual([]);
  },
);
