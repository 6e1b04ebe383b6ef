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

describe("what belongs with an event whose turns are counted", () => {
  const other = "cx-00000002";
  const order = (position: number): object => ({ turn: 1, position });
  const spawn = (position: number, task: string): EventDraft =>
    draft("daemon.action", { daemon, turn: 1, position, action: { type: "spawn", task } });
  const ordered = (id: string, task: string, position: number): EventDraft =>
    draft("construct.queued", { ...(queued(id, task).body as object), order: order(position) });
  const called = (id: string, turn: number, call: string): EventDraft =>
    draft("construct.tool_called", { construct: id, turn, call, tool: "Bash", input: "x" });
  // Two of the same task, queued behind a later turn of the daemon and in the other order.
  const counted: EventDraft[] = [
    opened(),
    goal("g"), // 2
    draft("daemon.turn_started", { daemon, turn: 1, message: "GOAL: g", inputs: [2] }), // 3
    spawn(1, "same"), // 4
    spawn(2, "same"), // 5
    draft("daemon.turn_started", { daemon, turn: 2, message: "MORE", inputs: [] }), // 6
    ordered(other, "same", 2), // 7
    ordered(construct, "same", 1), // 8
    draft("daemon.chat", { daemon, turn: 1, text: "late" }), // 9
    called(construct, 1, "toolu_1"), // 10
    called(other, 1, "toolu_1"), // 11: ids are the model's; another construct's is another call
    draft("plugin.called", { construct, turn: 1, call: "pl-1", within: "toolu_1", plugin: "p", args: "" }), // 12
    draft("plugin.ended", { construct, turn: 1, call: "pl-1", within: "toolu_1", plugin: "p", exit: "code 0" }), // 13
    draft("plugin.called", { construct, turn: 1, call: "pl-2", within: null, plugin: "p", args: "" }), // 14
    draft("plugin.ended", { construct, turn: 1, call: "pl-2", within: null, plugin: "p", exit: "code 0" }), // 15
    draft("hold.closed", { construct, turn: 1, hold: "hd-9", call: "toolu_1", end: "ended", note: null }), // 16
    draft("spawn.refused", { task: "same", origin: "daemon", rule: "r", reason: "", order: order(2) }), // 17
    draft("spawn.refused", { task: "same", origin: "netrunner", rule: "r", reason: "" }), // 18
  ];
  const record = counted.map((one, index): DeckEvent => ({ ...one, seq: index + 1, at: 1, version: 1 }));
  const chained = (seq: number): number[] => chainOf(record, seq).map((one) => one.seq);

  test.each([
    ["a construct goes by its order, not by the words of its task or what came in between", 7, [2, 3, 5, 7]],
    ["the other one has the other action", 8, [2, 3, 4, 8]],
    ["a word of the daemon goes by the number of its turn", 9, [2, 3, 9]],
    [
      "a call has the plugins that were called within it and its hold, of its construct alone",
      10,
      [2, 3, 4, 8, 10, 12, 13, 16],
    ],
    ["a plugin's end leads to the call", 13, [2, 3, 4, 8, 10, 12, 13, 16]],
    ["a plugin's call of which that is not known has its own end only", 15, [2, 3, 4, 8, 14, 15]],
    ["a refused spawn has its action", 17, [2, 3, 5, 17]],
    ["one that the netrunner wanted has no turn of the daemon", 18, [2, 18]],
  ])("%s", (_title, seq, chain) => {
    expect(chained(seq)).toEqual(chain);
  });
});
