import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import { beforeEach, describe, expect, onTestFinished, test } from "vitest";
import { conversations } from "../../src/nodes/node/conversations.ts";
import { openOutbox, type Outbox } from "../../src/nodes/node/outbox.ts";
import { nodeWireVersion, type Address, type FromNode, type Saying } from "../../src/nodes/wire/letters.ts";
import { eventually } from "../kit/deck.ts";
import { handClock } from "../kit/hand-clock.ts";
import { temporaryFolder } from "../kit/temporary-folder.ts";
import { judging } from "./kit/finds.ts";
import { puppet } from "./kit/puppet.ts";

const to: Address = { session: "cx-1", epoch: 1, boot: "earlier" };
const other: Address = { ...to, session: "cx-2" };
const said = (text: string): Saying => ({ type: "did", event: { type: "said", text } });

let outbox: Outbox;
let file: DatabaseSync;
beforeEach(() => {
  const path = join(temporaryFolder(), "outbox.db");
  outbox = openOutbox(path);
  file = new DatabaseSync(path);
  onTestFinished(() => {
    file.close();
    outbox.close();
  });
});

function node() {
  const clock = handClock();
  const sent: FromNode[] = [];
  const warned: string[] = [];
  const told = { mute: 0 };
  const own = conversations({
    outbox,
    send: (letter) => sent.push(letter),
    warn: (...words) => warned.push(words.join(": ")),
    onMute: () => (told.mute += 1),
    clock,
  });
  onTestFinished(() => own.close());
  return { own, clock, sent, warned, told };
}

describe("a node whose outbox holds what it cannot read", () => {
  test.each([
    ["words that are none of ours", `UPDATE letters SET body = '{"type":"sung"}' WHERE session = 'cx-1' AND n = 2`],
    ["half a line", `UPDATE letters SET body = '{"type":"di' WHERE session = 'cx-1' AND n = 1`],
    ["an address that is none of ours", `UPDATE letters SET epoch = 0 WHERE session = 'cx-1'`],
  ])("forgets the conversation with %s, says so, and sends what else there is", (_, damage) => {
    outbox.keep([1, 2, 3].map((n) => ({ to, n, body: said(`${n}`) })));
    outbox.keep([{ to: other, n: 1, body: said("other") }]);
    file.exec(damage);
    const { own, clock, sent, warned, told } = node();
    own.sendAgain();
    for (let seconds = 0; seconds < 60; seconds += 1) {
      clock.pass(1000);
      const asks = sent.flatMap((letter) => ("asks" in letter ? [letter.asks] : [])).at(-1);
      own.take({ wire: nodeWireVersion, to, taken: 0, heard: 1, answers: asks });
    }
    expect(new Set(sent.map((letter) => letter.to.session)).has("cx-2")).toBe(true);
    expect(sent.some((letter) => letter.to.session === "cx-1" && "n" in letter && letter.n > 1)).toBe(false);
    expect(warned).toMatchObject([
      expect.stringMatching(/^node.outbox_unreadable: what cx-1 had still to say cannot be read/),
    ]);
    expect(outbox.conversations()).toEqual([{ to: other, last: 1 }]);
    expect(told.mute).toBe(0);
  });

  test("says that hosts wait in vain when it is of a session that is open", async () => {
    const { own, clock, warned, told } = node();
    const agent = puppet();
    own.open(to, { ...judging(), open: agent.open });
    await eventually(() => outbox.left(to).length > 0, "it is open");
    file.exec("UPDATE letters SET body = ''");
    clock.pass(5000);
    expect([warned.length, told.mute]).toEqual([1, 1]);
    expect(await own.endAll()).toEqual({ proven: true });
    expect(agent.told).toEqual(["stop hard"]);
  });

  test("goes on, and tries again, when nothing of it can be read for now", async () => {
    outbox.keep([{ to, n: 1, body: said("1") }]);
    const { own, clock, sent, warned } = node();
    file.exec("ALTER TABLE letters RENAME TO hidden");
    own.sendAgain();
    file.exec("ALTER TABLE hidden RENAME TO letters");
    own.sendAgain();
    file.exec("ALTER TABLE letters RENAME TO hidden");
    clock.pass(1);
    expect(warned.length).toBe(2);
    expect(warned.every((words) => words.startsWith("node.outbox_failed: could not read the outbox"))).toBe(true);
    expect(sent).toEqual([]);
    file.exec("ALTER TABLE hidden RENAME TO letters");
    clock.pass(10_000);
    expect(sent.length).toBeGreaterThan(0);
  });
});
