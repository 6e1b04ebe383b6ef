import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Inbox } from "../../src/engine/daemon/inbox.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { eventOf, outcomeOf } from "./events.ts";

const daemon = "dm-1";
const ended = (seq: number): DeckEvent =>
  eventOf(seq, "construct.ended", { construct: `cx-${seq}`, outcome: outcomeOf(`cx-${seq}`) });
const started = (seq: number, turn: number, inputs: number[]): DeckEvent =>
  eventOf(seq, "daemon.turn_started", { daemon, turn, message: "…", inputs });
const over = (seq: number, turn: number, valid: boolean): DeckEvent =>
  eventOf(seq, "daemon.turn_ended", { daemon, turn, valid, cost_usd: 0, tokens_out: 0, duration_ms: 0 });

const told = (events: DeckEvent[]): number[] => {
  const inbox = new Inbox();
  for (const event of events) inbox.see(event);
  return inbox.waiting.map((event) => event.seq);
};

describe("the inbox", () => {
  test("keeps what a turn has conveyed until that turn has ended well", () => {
    expect(told([ended(1), started(2, 1, [1])])).toEqual([1]);
    expect(told([ended(1), started(2, 1, [1]), over(3, 1, true)])).toEqual([]);
  });

  test("keeps the inputs of a turn that ended without a valid reply, or never ended", () => {
    expect(told([ended(1), started(2, 1, [1]), over(3, 1, false)])).toEqual([1]);
    expect(told([ended(1), started(2, 1, [1]), started(3, 2, [1]), over(4, 2, true)])).toEqual([]);
  });

  test("keeps what came in while a turn was under way", () => {
    expect(told([ended(1), started(2, 1, [1]), ended(3), over(4, 1, true)])).toEqual([3]);
  });

  test("forgets nothing for the end of a turn that it knows nothing of", () => {
    expect(told([ended(1), over(2, 7, true)])).toEqual([1]);
  });

  test("holds only what the daemon must be told: not the netrunner's own refused spawns, nor what constructs say", () => {
    const refused = (seq: number, origin: "daemon" | "netrunner"): DeckEvent =>
      eventOf(seq, "spawn.refused", { task: "t", origin, rule: "cap.spawns", reason: "…" });
    expect(
      told([
        refused(1, "netrunner"),
        refused(2, "daemon"),
        eventOf(3, "construct.said", { construct: "cx-1", text: "…" }),
        eventOf(4, "netrunner.said", { text: "…" }),
        eventOf(5, "daemon.chat", { daemon, text: "…" }),
      ]),
    ).toEqual([2, 4]);
  });

  test("is the same after a replay of the log as before, wherever the log was cut", () => {
    const steps = fc.array(fc.constantFrom("ended", "said", "turn", "good", "bad"), { maxLength: 40 });
    fc.assert(
      fc.property(steps, fc.nat(40), (words, cut) => {
        const log: DeckEvent[] = [];
        const live = new Inbox();
        let turn = 0;
        for (const [index, word] of words.entries()) {
          const seq = index + 1;
          if (word === "turn") turn += 1;
          const inputs = live.waiting.map((event) => event.seq);
          const event =
            word === "ended"
              ? ended(seq)
              : word === "said"
                ? eventOf(seq, "netrunner.said", { text: "…" })
                : word === "turn"
                  ? started(seq, turn, inputs)
                  : over(seq, turn, word === "good");
          log.push(event);
          live.see(event);
        }
        const again = new Inbox();
        for (const event of log.slice(0, cut)) again.see(event);
        for (const event of log.slice(cut)) again.see(event);
        expect(again.waiting).toEqual(live.waiting);
        // Nothing is lost: what no valid turn has conveyed still waits.
        const conveyed = new Set<number>();
        const open = new Map<number, number[]>();
        for (const event of log) {
          if (event.type === "daemon.turn_started") open.set(event.body.turn, event.body.inputs);
          if (event.type !== "daemon.turn_ended") continue;
          if (event.body.valid) for (const seq of open.get(event.body.turn) ?? []) conveyed.add(seq);
          open.delete(event.body.turn);
        }
        const inputs = log.filter((event) => event.type === "construct.ended" || event.type === "netrunner.said");
        expect(live.waiting).toEqual(inputs.filter((event) => !conveyed.has(event.seq)));
      }),
    );
  });
});
