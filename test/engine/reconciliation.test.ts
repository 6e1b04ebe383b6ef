import { describe, expect, test } from "vitest";
import type { AgentDriver, AgentEvent } from "../../src/drivers/agent.ts";
import { reconciliation } from "../../src/engine/construct/reconciliation.ts";
import { call, say, type Answerer } from "../../src/offline/reply.ts";
import { bearersOf, of, openTestDeck, outcomesOf, type TestDeckOptions } from "../kit/deck.ts";

const called = (id: string): AgentEvent => ({ type: "tool.called", id, tool: "Bash", input: {} });
const returned = (id: string, failed = false): AgentEvent => ({ type: "tool.returned", id, failed, text: "" });

describe("the reconciliation", () => {
  test("has nothing to say of a call that was judged, whichever came first, the verdict or the call", () => {
    const books = reconciliation();
    books.judged("a", "allow");
    expect([books.see(called("a")), books.see(returned("a"))]).toEqual([undefined, undefined]);
    books.see(called("b"));
    books.judged("b", "allow");
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
    books.judged("a", "allow");
    books.see(returned("a"));
    expect(books.see(returned("a"))).toEqual({ call: "a", tool: "a tool" });
  });

  test("names a call that came back as a success although it was denied, but not one that came back as failed", () => {
    const books = reconciliation();
    books.judged("a", "deny");
    books.judged("b", "deny");
    expect(books.see(returned("a", true))).toBeUndefined();
    expect(books.see(returned("b"))).toEqual({ call: "b", tool: "a tool" });
  });

  test("lets a call pass that failed before anybody was asked", () => {
    expect(reconciliation().see(returned("a", true))).toBeUndefined();
  });
});

/** Runs one command, then another one, then says that it is done. */
const tries: Answerer = ({ toolResults, messages }) => {
  const done = messages.filter(({ role }) => role === "assistant").length;
  if (done === 0) return call("Bash", { command: "echo first" });
  return done === 1 ? call("Bash", { command: "touch second" }) : say(`It ran ${toolResults.length}.`);
};

/** An agent that does not ask our gate. */
const ungated = (usual: AgentDriver): AgentDriver => ({
  ...usual,
  open: (spec) =>
    usual.open({ ...spec, gate: () => Promise.resolve({ decision: "allow", rule: "none", reason: "not ours" }) }),
});

/** One that asks, and runs what it likes. */
const defiant = (usual: AgentDriver): AgentDriver => ({
  ...usual,
  open: (spec) =>
    usual.open({
      ...spec,
      async gate(made) {
        const verdict = await spec.gate(made);
        return { ...verdict, decision: "allow" };
      },
    }),
});

const denyAll: TestDeckOptions["judge"] = () => () => ({ decision: "deny", rule: "no", reason: "No.", effects: [] });

async function bypassing(options: TestDeckOptions) {
  const kit = await openTestDeck({ answer: tries, driver: ungated, ...options });
  const { settings } = kit;
  const opened = await kit.deck.send({ type: "spawn", tasks: ["Try."], settings, command_line: [] });
  const events = await kit.eventsUntil(
    opened.afterSeq,
    ({ type }) => type === "construct.paused" || type === "run.closed",
  );
  return {
    kit,
    events,
    construct: of(events, "construct.queued")[0]?.body.construct ?? "",
    closed: () => kit.untilClosed(opened.afterSeq),
    [Symbol.asyncDispose]: () => kit[Symbol.asyncDispose](),
  };
}

describe("a construct whose agent runs a call without our allow", () => {
  test("is frozen, and the netrunner is asked; killed, it ends as killed", async () => {
    await using scene = await bypassing({ settings: { hold_window_ms: null } });
    const { kit, events, construct } = scene;
    expect(of(events, "gate.judged")).toEqual([]);
    expect(of(events, "gate.bypassed")).toMatchObject([{ body: { construct, tool: "Bash" } }]);
    const view = await kit.deck.snapshot();
    expect(Object.values(view?.attention ?? {})).toMatchObject([{ construct, kind: "gate.bypassed" }]);
    expect(view?.constructs[construct]?.state).toBe("paused");
    await kit.deck.send({ type: "construct.kill", construct });
    const all = await scene.closed();
    expect(outcomesOf(all)).toMatchObject([{ state: "killed", cause: "netrunner" }]);
    expect(of(all, "attention.closed").map(({ body }) => body.how)).toEqual(["killed"]);
    expect((await kit.deck.snapshot())?.attention).toEqual({});
    expect(bearersOf(construct)).toEqual([]);
  });

  test("goes on when the netrunner lets it, and is frozen again at the next such call", async () => {
    await using scene = await bypassing({ settings: { hold_window_ms: null } });
    const { kit, construct } = scene;
    for (const items of [1, 2]) {
      let raised = 0;
      await kit.eventsUntil(0, ({ type }) => type === "attention.raised" && ++raised === items);
      await kit.deck.send({ type: "construct.continue", construct });
    }
    const all = await scene.closed();
    expect(outcomesOf(all)).toMatchObject([{ state: "done", result: expect.stringContaining("It ran") }]);
    expect(of(all, "attention.closed").map(({ body }) => body.how)).toEqual(["continued", "continued"]);
  });

  test("is ended with the cause when nobody answers within the window of a hold", async () => {
    await using scene = await bypassing({ settings: { hold_window_ms: 300 } });
    const all = await scene.closed();
    expect(outcomesOf(all)).toMatchObject([{ state: "failed", cause: "gate:bypassed" }]);
    expect(of(all, "attention.closed").map(({ body }) => body.how)).toEqual(["expired"]);
    expect(bearersOf(scene.construct)).toEqual([]);
  });

  test("is ended at once with a window of zero, and nobody is asked", async () => {
    await using scene = await bypassing({ settings: { hold_window_ms: 0 } });
    expect(outcomesOf(scene.events)).toMatchObject([{ state: "failed", cause: "gate:bypassed" }]);
    expect(of(scene.events, "attention.raised")).toEqual([]);
    expect(bearersOf(scene.construct)).toEqual([]);
  });

  test("is found out also when it asked, was denied, and ran the call all the same", async () => {
    await using scene = await bypassing({ driver: defiant, judge: denyAll, settings: { hold_window_ms: 300 } });
    const all = await scene.closed();
    expect(of(all, "gate.judged")[0]?.body.decision).toBe("deny");
    expect(outcomesOf(all)).toMatchObject([{ state: "failed", cause: "gate:bypassed" }]);
  });

  test("is not done because it says so before it stands still", async () => {
    const answer: Answerer = ({ toolResults }) =>
      toolResults.length === 0 ? call("Bash", { command: "echo ran" }) : say("It ran.");
    // The end of the turn is in the pipe by the time that the netrunner is asked.
    const late = (usual: AgentDriver): AgentDriver => ({
      ...ungated(usual),
      open: async (spec) => {
        const session = await ungated(usual).open(spec);
        return {
          ...session,
          freeze: () =>
            session.closed.then(
              () => true,
              () => true,
            ),
        };
      },
    });
    await using scene = await bypassing({ answer, driver: late, settings: { hold_window_ms: 1500 } });
    expect(outcomesOf(await scene.closed())).toMatchObject([{ state: "failed", cause: "gate:bypassed" }]);
  });
});
