import { expect, test } from "vitest";
import { tryReal } from "./real-life.ts";
import { scenarioOf } from "./scenario.ts";

const seedWithAuthor = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10].find((seed) => scenarioOf(seed).hasAuthor) ?? 0;

// The imitation of the matrix is only as good as this: the same scenario, its netrunner and its checks, with the real agent.
test(
  "the scenario of the matrix comes to its end with the real agent, too, whether that dies with its deck, outlives it, or is stopped in the middle of its end",
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
    // An author whose start is not on record yet; stopped, it does not end by itself when its input does.
    const author = await tryReal(
      { seed: seedWithAuthor, deaths: [{ type: "author.started", nth: 1, when: "before" }] },
      "stopped",
    );
    expect(author.wrong).toEqual([]);
    const found = author.events.flatMap(({ type, body }) => (type === "strays.ended" ? body.processes : []));
    expect(found.map(({ agent }) => agent.slice(0, 3))).toContain("ta-");
    const both = await tryReal({ seed: 2, deaths: [{ type: "hold.opened", nth: 1, when: "after" }] }, "both");
    expect(both.wrong).toEqual([]);
  },
);
