import { describe, expect, test } from "vitest";
import type { AgentEvent } from "../../src/drivers/agent.ts";
import { reconciliation } from "../../src/engine/construct/reconciliation.ts";
import { call, say, type Answerer } from "../../src/offline/reply.ts";
import { bearersOf, of, openTestDeck, outcomesOf } from "../kit/deck.ts";

const called = (id: string): AgentEvent => ({ type: "tool.called", id, tool: "Bash", input: {} });
const returned = (id: string, failed = false): AgentEvent => ({ type: "tool.returned", id, failed, text: "" });

describe("the reconciliation", () => {
  test("has nothing to say of a call that was judged, whichever came first, the verdict or the call", () => {
    const books = reconciliation();
    books.judged("a");
    expect([books.see(called("a")), books.see(returned("a"))]).toEqual([undefined, undefined]);
    books.see(called("b"));
    books.judged("b");
    expect(books.see(returned("b"))).toBeUndefined();
  });

  test("names a call that has run without a verdict, also when the call itself was never seen", () => {
    const books = reconciliation();
    books.see(called("a"));
    expect(books.see(returned("a"))).toEqual({ call: "a", tool: "Bash" });
    expect(books.see(returned("b"))).toEqual({ call: "b", tool: "a tool" });
  });

  test("does not take one verdict for two runs", () => {
    const books = reconciliation();
    books.judged("a");
    books.see(returned("a"));
    expect(books.see(returned("a"))).toEqual({ call: "a", tool: "a tool" });
  });

  test("lets a call pass that failed before anybody was asked", () => {
    expect(reconciliation().see(returned("a", true))).toBeUndefined();
  });
});

const tries: Answerer = ({ toolResults }) =>
  toolResults.length === 0 ? call("Bash", { command: "echo ran" }) : say("It ran.");

test("a construct whose agent runs a call without our verdict is ended at once, and the run says so", async () => {
  await using kit = await openTestDeck({
    answer: tries,
    driver: (usual) => ({
      ...usual,
      open: (spec) =>
        usual.open({ ...spec, gate: () => Promise.resolve({ decision: "allow", rule: "none", reason: "not ours" }) }),
    }),
  });
  const events = await kit.runTasks(["Try."]);
  const [outcome] = outcomesOf(events);
  expect(of(events, "gate.judged")).toEqual([]);
  expect(of(events, "gate.bypassed")).toMatchObject([{ body: { construct: outcome?.id, tool: "Bash" } }]);
  expect([outcome?.state, outcome?.cause]).toEqual(["failed", "gate:bypassed"]);
  expect(bearersOf(outcome?.id ?? "")).toEqual([]);
});
