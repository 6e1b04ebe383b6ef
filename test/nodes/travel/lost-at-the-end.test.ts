import { describe, expect, test } from "vitest";
import type { Things } from "../../../src/nodes/hub/hub.ts";
import { call, say, type Answerer } from "../../../src/offline/reply.ts";
import { eventually, leftOf, of, openTestDeck, outcomesOf } from "../../kit/deck.ts";
import { isToGoOn } from "../kit/at-work.ts";
import { openFleet } from "../kit/fleet.ts";
import { later } from "../kit/later.ts";
import { theServer } from "../kit/nats.ts";
import { startRelay } from "../kit/relay.ts";
import { git } from "../workspace/kit/place.ts";

const answer: Answerer = ({ lastUserText, toolResults }) => {
  if (isToGoOn(lastUserText)) return say("It was made already.");
  if (toolResults.length === 0) return call("Bash", { command: "echo once >> made" });
  return say("Made it.");
};

/** A construct whose turn is over, and whose work is on its way when the link to its node is cut for longer than a lease. */
async function lostAtTheEnd(undo: AsyncDisposableStack) {
  const fleet = undo.use(await openFleet());
  const relay = undo.use(await startRelay(fleet.server.port));
  const desk = await fleet.desk({ returnMs: 15_000 });
  const agents = later();
  const [asked, go] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
  const slow = (things: Things): Things => ({
    ...things,
    async put(name, file) {
      asked.resolve();
      await go.promise;
      return things.put(name, file);
    },
  });
  const node = await fleet.node("one", agents.driver, { copies: slow, url: relay.url });
  await eventually(() => fleet.toldOf("node.came").length === 1, "the node is there");
  const kit = undo.use(
    await openTestDeck({
      driver: agents.through(desk),
      settings: { sandbox: "off" },
      answer,
      files: { ".gitignore": ".cyberdeck\n" },
    }),
  );
  git(kit.workspace, "init", "-q", "-b", "main");
  git(kit.workspace, "add", "-A");
  git(kit.workspace, "commit", "-qm", "first");
  const { afterSeq } = await kit.startTasks(["Make it."]);
  await asked.promise;
  relay.cut();
  const mend = async (): Promise<void> => {
    relay.mend();
    await eventually(() => node.lives.length > 1 && node.lives.at(-1)?.mayAct() === true, "it has begun another life");
    go.resolve();
  };
  return { kit, afterSeq, mend };
}

describe.each(theServer("a node that is lost at the end"))(
  "what a construct has made on a node that is lost, over %s",
  () => {
    test("before it is home comes with the node's next life: the construct goes on there, and is done once it is here", async () => {
      await using undo = new AsyncDisposableStack();
      const { kit, afterSeq, mend } = await lostAtTheEnd(undo);
      await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.agent_died");
      await mend();
      const events = await kit.untilClosed(afterSeq);
      expect(of(events, "construct.agent_died").map(({ body }) => body)).toMatchObject([
        { exit: expect.stringContaining("one has not been heard"), goes_on: true },
      ]);
      expect(of(events, "construct.ending").map(({ body }) => body.cause)).toEqual(["result", "result"]);
      expect(of(events, "construct.restarted")).toEqual([]);
      const [outcome] = outcomesOf(events);
      expect(outcome).toMatchObject({ state: "done", result: "It was made already.", workspace: { how: "branch" } });
      expect(of(events, "workspace.returned").map(({ body }) => body.returned.how)).toEqual(["branch"]);
      expect(git(kit.workspace, "show", `cyberdeck/${outcome?.id}:made`)).toBe("once");
      expect(leftOf(events)).toEqual([]);
    });

    test("and that is killed meanwhile does not go on, and where its work is stands in its outcome", async () => {
      await using undo = new AsyncDisposableStack();
      const { kit, afterSeq } = await lostAtTheEnd(undo);
      const ending = await kit.eventsUntil(afterSeq, ({ type }) => type === "construct.ending");
      await kit.deck.send({
        type: "construct.kill",
        construct: of(ending, "construct.ending")[0]?.body.construct ?? "",
      });
      const events = await kit.untilClosed(afterSeq);
      expect(of(events, "construct.agent_died")).toEqual([]);
      expect(outcomesOf(events)).toMatchObject([
        { state: "done", workspace: { how: "lost", hint: expect.stringContaining("three days") } },
      ]);
    });
  },
);
