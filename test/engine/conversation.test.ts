import { expect, test } from "vitest";
import { systemClock } from "../../src/base/clock.ts";
import type { AgentDriver } from "../../src/drivers/agent.ts";
import { Conversation, usualPatience } from "../../src/engine/daemon/conversation.ts";
import type { Note } from "../../src/engine/journal.ts";
import { Meter, meteringOf } from "../../src/engine/meter.ts";
import { say } from "../../src/offline/reply.ts";
import { openTestDeck } from "../kit/deck.ts";

const note: Note = () => true;

test("a second message waits for the end of the first one's turn, and knows what was said in it", async () => {
  let driver: AgentDriver | undefined;
  await using kit = await openTestDeck({
    answer: (request) => say(`You said: ${request.lastUserText}`),
    driver: (usual) => (driver = usual),
  });
  if (driver === undefined) throw new Error("the deck has no driver");
  const conversation = new Conversation(
    {
      driver,
      clock: systemClock,
      account: { see: () => undefined },
      patience: usualPatience,
      cwd: kit.workspace,
      caliber: kit.settings.daemon_caliber,
      systemPrompt: "You are the daemon.",
      replySchema: undefined,
      backend: "streaming",
      id: "dm-00000001",
      transcript: () => undefined,
      meter: new Meter({ agent: "dm-00000001", role: "daemon", note, metering: meteringOf(() => 0, note) }),
      onStarted: () => undefined,
      onReady: () => undefined,
      onNote: () => undefined,
      onEnded: () => undefined,
    },
    null,
  );
  const [first, second] = await Promise.all([conversation.turn("one"), conversation.turn("two")]);
  await conversation.close("polite");
  expect([first, second]).toMatchObject([
    { ok: true, turn: { text: "You said: one" } },
    { ok: true, turn: { text: "You said: two" } },
  ]);
  expect(kit.api.requests.map((request) => JSON.stringify(request.body).includes("You said: one"))).toEqual([
    false,
    true,
  ]);
});
