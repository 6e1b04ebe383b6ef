import { describe, expect, test } from "vitest";
import { carryOut, type Hands } from "../../src/engine/daemon/carry-out.ts";
import type { Note } from "../../src/engine/journal.ts";
import { parseActionBlock, type ParsedBlock } from "../../src/protocol/action.ts";

interface Noted {
  type: string;
  body: Record<string, unknown>;
}

function bench(hands: Partial<Hands> = {}) {
  const notes: Noted[] = [];
  const calls: string[] = [];
  const note: Note = (type, body) => {
    notes.push({ type, body: { ...body } });
    return true;
  };
  const all: Hands = {
    spawn(action, ids) {
      calls.push(`spawn ${action.task} knowing ${[...ids.keys()].join(",")}`);
      return { id: `cx-0000000${ids.size + 1}` };
    },
    message: (id) => void calls.push(`message ${id}`),
    cancel: (id) => void calls.push(`cancel ${id}`),
    read: (id, part) => void calls.push(`read ${id} ${part}`),
    inFlight: () => 0,
    bound: () => undefined,
    isOutOfBudget: () => false,
    isCapped: () => false,
    askForBudget: () => undefined,
    ...hands,
  };
  const rejected = (): unknown[] =>
    notes
      .filter(({ type }) => type === "daemon.action_rejected")
      .map(({ body }) => [body["position"], body["problem"]]);
  return {
    calls,
    notes,
    rejected,
    run: (actions: unknown[]) => carryOut(parsed(actions), { daemon: "dm-1", turn: 1 }, all, note),
  };
}

function parsed(actions: unknown[]): ParsedBlock {
  const block = parseActionBlock({ status: "working", actions });
  if (!block.ok) throw new Error(block.problem);
  return block.value;
}

describe("carrying out a block", () => {
  test("does the actions in their order and counts the spawns", () => {
    const { calls, run } = bench();
    const { spawned } = run([
      { type: "spawn", task: "a" },
      { type: "message", construct: "cx-1", text: "hi" },
      { type: "cancel", construct: "cx-2", reason: "no" },
      { type: "read", construct: "cx-3", part: 2 },
      { type: "spawn", task: "b" },
    ]);
    expect(calls).toEqual(["spawn a knowing ", "message cx-1", "cancel cx-2", "read cx-3 2", "spawn b knowing 1"]);
    expect(spawned).toBe(2);
  });

  test("reports what is not valid item by item, by its place in the block, and does the rest", () => {
    const { calls, rejected, run } = bench();
    run([
      { type: "fly" },
      { type: "spawn" },
      { type: "spawn", task: "good" },
      { type: "read", construct: "x", part: 0 },
    ]);
    expect(calls).toEqual(["spawn good knowing "]);
    expect(rejected().map((item) => (Array.isArray(item) ? item[0] : item))).toEqual([1, 2, 4]);
  });

  test("numbers the spawns as the daemon wrote them, also behind an item that was not valid", () => {
    const seen: string[] = [];
    const { run } = bench({
      spawn(action, ids) {
        seen.push(`${action.task}: ${[...ids].map(([position, id]) => `${position}=${id}`).join(" ")}`);
        return { id: "cx-0000000a" };
      },
    });
    run([{ type: "fly" }, { type: "spawn", task: "two" }, { type: "spawn", task: "three", after: [2] }]);
    expect(seen).toEqual(["two: ", "three: 2=cx-0000000a"]);
  });

  test("a refused spawn is neither counted nor known to later items, and is not reported twice", () => {
    const seen: number[] = [];
    const { rejected, run } = bench({
      spawn(_action, ids) {
        seen.push(ids.size);
        return { refused: "no" };
      },
    });
    expect(
      run([
        { type: "spawn", task: "a" },
        { type: "spawn", task: "b" },
      ]).spawned,
    ).toBe(0);
    expect(seen).toEqual([0, 0]);
    expect(rejected()).toEqual([]);
  });

  test("tells the daemon why a message, a cancel or a read was not carried out", () => {
    const { notes, rejected, run } = bench({
      message: () => "not running",
      cancel: () => "not there",
      read: () => "nothing to read",
    });
    run([
      { type: "message", construct: "cx-1", text: "hi" },
      { type: "cancel", construct: "cx-1", reason: "no" },
      { type: "read", construct: "cx-1", part: 1 },
    ]);
    expect(rejected()).toEqual([
      [1, "not running"],
      [2, "not there"],
      [3, "nothing to read"],
    ]);
    expect(notes.map(({ type }) => type)).not.toContain("daemon.read");
  });
});
