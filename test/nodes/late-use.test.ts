import { expect, test } from "vitest";
import { call, say } from "../../src/offline/reply.ts";
import { of, openTestDeck, outcomesOf } from "../kit/deck.ts";
import { isToGoOn } from "./kit/at-work.ts";
import { openEnds } from "./kit/ends.ts";

test("what a lost agent has used is counted when its node is heard again, and once", async () => {
  await using ends = openEnds({ nodes: ["one"], leaseMs: 6000 });
  let answered = 0;
  const atModel = Promise.withResolvers<void>();
  const isCut = Promise.withResolvers<void>();
  const isCounted = Promise.withResolvers<void>();
  await using kit = await openTestDeck({
    driver: (usual) => ends.driver(usual),
    settings: { sandbox: "off" },
    async answer({ lastUserText }) {
      // By the second one it has a session in which it can go on. One that it makes while it is being ended has no answer.
      if (isToGoOn(lastUserText) || answered === 2) await isCounted.promise;
      if (answered === 1) {
        atModel.resolve();
        await isCut.promise;
      }
      answered += 1;
      return answered < 3 ? call("Bash", { command: "true" }) : say("Went on.");
    },
  });
  const { afterSeq } = await kit.startTasks(["Work."]);
  await atModel.promise;
  ends.nodes[0]?.cut();
  isCut.resolve();
  const lost = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.agent_died");
  expect(of(lost, "agent.used").length).toBe(1);
  ends.nodes[0]?.heal();
  await kit.eventsUntil(lost.at(-1)?.seq ?? 0, ({ type }) => type === "agent.used");
  isCounted.resolve();
  const events = await kit.untilClosed(afterSeq);
  expect(outcomesOf(events)).toMatchObject([{ state: "done", result: "Went on." }]);
  const [construct = ""] = of(events, "construct.queued").map(({ body }) => body.construct);
  const used = of(events, "agent.used").filter(({ body }) => body.agent === construct);
  expect(used.reduce((sum, { body }) => sum + body.requests, 0)).toBe(3);
  expect(answered).toBeGreaterThanOrEqual(3);
});
