import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { attach } from "../../src/host/door/attach.ts";
import { openReadingDeck } from "../../src/host/reading.ts";
import { judgeFor } from "../../src/engine/gate/judge.ts";
import { restingPlace } from "../../src/host/tripwire-desk.ts";
import { of, openTestDeck } from "../kit/deck.ts";
import { someModels } from "../policy/caliber/fixtures.ts";

describe("the models of a deck", () => {
  test("are told over its door, asked of the agent once and then kept in the home", async () => {
    await using kit = await openTestDeck({ calibers: someModels });
    const visitor = await attach(kit.home);
    const first = await visitor.port.send({ type: "calibers.list", refresh: false });
    expect(first).toMatchObject({ models: someModels, version: "0.0.0", from: "agent", warnings: [] });
    expect(await visitor.port.send({ type: "calibers.list", refresh: false })).toEqual(first);
    const anew = await visitor.port.send({ type: "calibers.list", refresh: true });
    expect(anew.asked_at).toBeGreaterThanOrEqual(first.asked_at ?? Number.NaN);
    await visitor.close();
    expect(existsSync(join(kit.home, "calibers.json"))).toBe(true);
  });

  test("are on the record of each run, with what went wrong in finding out", async () => {
    await using kit = await openTestDeck({ calibers: () => Promise.reject(new Error("It is mute.")) });
    const events = await kit.runTasks(["Look."]);
    expect(of(events, "calibers.known").map(({ body }) => body)).toEqual([
      { from: "fallback", version: null, models: ["haiku", "sonnet", "opus"] },
    ]);
    const [warning] = of(events, "deck.warned").filter(({ body }) => body.code === "calibers.not_listed");
    expect(warning?.body.message).toContain("It is mute.");
    expect(of(events, "run.closed")[0]?.body.status).toBe("done");
  });

  test("that an agent does not tell do not keep the deck from closing in the middle of an opening", async () => {
    const asked = Promise.withResolvers<void>();
    await using kit = await openTestDeck({
      calibers: (signal) => {
        asked.resolve();
        return new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("given up"))));
      },
    });
    const opening = kit.startGoal("Look at it.");
    await asked.promise;
    await kit.deck.close();
    const { run } = await opening;
    const reading = openReadingDeck(
      kit.home,
      judgeFor({ ...restingPlace(kit.home, kit.workspace), agentHome: "/nowhere" }),
    );
    const { view } = await reading.port.send({ type: "run.show", run });
    await reading.close();
    expect(view.status).toBe("stopped");
  });

  test("cannot be asked for where a home is only looked at and nobody knows the agent: what every version has is told", async () => {
    await using kit = await openTestDeck({});
    const reading = openReadingDeck(
      kit.home,
      judgeFor({ ...restingPlace(kit.home, kit.workspace), agentHome: "/nowhere" }),
    );
    const known = await reading.port.send({ type: "calibers.list", refresh: true });
    await reading.close();
    expect(known).toMatchObject({ from: "fallback", asked_at: null });
  });
});
