import { describe, expect, test } from "vitest";
import { chainOf } from "../../src/protocol/chain.ts";
import type { DeckEvent, EventDraft } from "../../src/protocol/event.ts";
import { ended, goal, judged, opened, queued, runA, said } from "../store/fixtures.ts";

const daemon = "dm-00000001";
const construct = "cx-00000001";
const draft = (type: string, body: object): EventDraft => ({ type, run: runA, source: "engine", body }) as EventDraft;

const hold = {
  hold: "hd-1",
  construct,
  call: "call-1",
  tool: "Bash",
  input: "rm",
  targets: [],
  diff: null,
  task: "t",
  rule: "r",
  reason: "",
  pattern: "",
  deadline: null,
};
const drafts: EventDraft[] = [
  opened(),
  goal("g"), // 2
  draft("daemon.turn_started", { daemon, turn: 1, message: "GOAL: g", inputs: [2] }), // 3
  draft("daemon.action", { daemon, action: { type: "spawn", task: "other" } }), // 4
  draft("daemon.action", { daemon, action: { type: "spawn", task: "mine" } }), // 5
  draft("daemon.turn_ended", { daemon, turn: 1, valid: true, cost_usd: 0, tokens_out: 0, duration_ms: 0 }), // 6
  queued("cx-00000002", "other"), // 7
  queued(construct, "mine"), // 8
  draft("construct.started", { construct, pid: 1, command: "agent" }), // 9
  said("words", construct), // 10
  draft("construct.tool_called", { construct, call: "call-1", tool: "Bash", input: "rm" }), // 11
  judged(construct, "deny", "rm"), // 12
  draft("hold.opened", hold), // 13
  draft("hold.closed", { construct, hold: "hd-1", end: "deny", note: null }), // 14
  draft("construct.tool_returned", { construct, call: "call-1", failed: true, text: "no" }), // 15
  draft("construct.tool_called", { construct, call: "call-2", tool: "Read", input: "x" }), // 16
  ended("cx-00000002"), // 17
  ended(construct), // 18
  draft("daemon.turn_started", { daemon, turn: 2, message: "OUTCOMES", inputs: [17, 18] }), // 19
  draft("daemon.chat", { daemon, text: "bye" }), // 20
];
const events = drafts.map((one, index): DeckEvent => ({ ...one, seq: index + 1, at: 1000 + index, version: 1 }));
const seqs = (seq: number): number[] => chainOf(events, seq).map((event) => event.seq);

describe("what belongs with an event", () => {
  const call = [2, 3, 5, 8, 9, 11, 12, 13, 14, 15, 18, 19];

  test.each([11, 12, 13, 14, 15])(
    "of a tool call, %i: its goal, turn, construct, verdict, hold, result and outcome",
    (seq) => {
      expect(seqs(seq)).toEqual(call);
    },
  );

  test("of another call of the same construct is not the first one's", () => {
    expect(seqs(16)).toEqual([2, 3, 5, 8, 9, 16, 18, 19]);
  });

  test("of another construct of the same turn is its own action and outcome", () => {
    expect(seqs(17)).toEqual([2, 3, 4, 7, 17, 19]);
  });

  test("of the daemon's words is the turn in which they were said", () => {
    expect(seqs(20)).toEqual([2, 19, 20]);
  });

  test("of a goal is the goal, and of an event that there is not, nothing", () => {
    expect([seqs(2), seqs(99)]).toEqual([[2], []]);
  });

  test("of an heir is also the life of the one in whose place it came", () => {
    const heir: DeckEvent[] = [
      {
        ...draft("construct.redirected", { construct, successor: "cx-00000003", text: "else" }),
        seq: 21,
        at: 1,
        version: 1,
      },
      {
        ...draft("construct.queued", {
          ...(queued("cx-00000003", "else").body as object),
          origin: "redirect",
          parent: construct,
        }),
        seq: 22,
        at: 1,
        version: 1,
      },
      { ...said("new words", "cx-00000003"), seq: 23, at: 1, version: 1 },
    ];
    expect(chainOf([...events, ...heir], 23).map(({ seq }) => seq)).toEqual([2, 3, 5, 8, 9, 18, 19, 21, 22, 23]);
  });
});
