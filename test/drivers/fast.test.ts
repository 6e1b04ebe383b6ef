import { expect, test } from "vitest";
import type { AgentSession, TurnEnd } from "../../src/drivers/agent.ts";
import { say } from "../../src/offline/reply.ts";
import { driverScene } from "./scene.ts";

async function turnOf(session: AgentSession): Promise<TurnEnd> {
  session.send("Hello.");
  for await (const event of session.events) if (event.type === "turn.ended") return event.turn;
  throw new Error("the agent ended without a result");
}

test("an agent that is up already is switched to fast mode and back between its turns, and says so each time", async () => {
  await using scene = await driverScene(() => say("Done."));
  const session = await scene.driver().open(scene.spec);
  await session.answers();
  const opus = { model: "opus", effort: "low" } as const;
  const states: (string | undefined)[] = [];
  for (const fast of [true, false, true]) {
    await session.aim(opus, { fast });
    states.push((await turnOf(session)).fast?.state);
  }
  await session.aim({ ...opus, model: "sonnet" }, { fast: true });
  states.push((await turnOf(session)).fast?.state);
  await session.stop("hard");
  expect(states).toEqual(["on", "off", "on", "off"]);
  const speeds = scene.api.requests.map(({ body }) =>
    typeof body === "object" && body !== null ? String(Reflect.get(body, "speed") ?? "usual") : "none",
  );
  expect(speeds).toEqual(["fast", "usual", "fast", "usual"]);
});
