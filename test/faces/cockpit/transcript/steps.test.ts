import { describe, expect, test } from "vitest";
import type { DeckEvent } from "../../../../src/protocol/event.ts";
import { entryOf } from "../../../../src/faces/cockpit/transcript/step-entry.ts";
import { plainText, type Step } from "../../../../src/faces/cockpit/transcript/step.ts";
import { stepsOf, withEvent } from "../../../../src/faces/cockpit/transcript/steps.ts";
import { scriptedDeck, type ScriptedDeck, type Stage } from "../../cli/scripted-deck.ts";
import { busyFleet, id, talkativeConstruct } from "../kit/scenes.ts";

const own = (deck: ScriptedDeck, construct: string): DeckEvent[] =>
  deck.events.filter(({ body }) => "construct" in body && body.construct === construct);

const construct = id(5);
/** The steps of a construct that did this after it had begun. */
async function stepsAfter(play: (stage: Stage) => void): Promise<Step[]> {
  const deck = scriptedDeck();
  await busyFleet(deck);
  const before = deck.events.length;
  play(deck.stage());
  return stepsOf(own(deck, construct).filter(({ seq }) => seq > before));
}

const called = (stage: Stage, call: string): void =>
  stage.emit("construct.tool_called", { construct, call, tool: "Bash", input: `run ${call}` });
const returned = (stage: Stage, call: string): void =>
  stage.emit("construct.tool_returned", { construct, call, failed: false, text: `result of ${call}` });
const judged = (stage: Stage, call: string, decision: "allow" | "deny"): void =>
  stage.emit("gate.judged", {
    construct,
    call,
    tool: "Bash",
    input: `run ${call}`,
    decision,
    rule: "some.rule",
    rules: [],
    reason: "because",
    latency_ms: 1,
  });

describe("the steps of a transcript", () => {
  test("have a call and its result as one, also where calls run beside each other", async () => {
    const steps = await stepsAfter((stage) => {
      called(stage, "a");
      called(stage, "b");
      returned(stage, "b");
      returned(stage, "a");
    });
    expect(steps.map(plainText)).toEqual(["Bash run a\nresult of a", "Bash run b\nresult of b"]);
  });

  test("have a denied call as one, in whichever order verdict and call come", async () => {
    for (const verdictFirst of [true, false]) {
      const steps = await stepsAfter((stage) => {
        if (verdictFirst) judged(stage, "a", "deny");
        called(stage, "a");
        if (!verdictFirst) judged(stage, "a", "deny");
      });
      expect(steps.map(plainText)).toEqual(["Bash run a\ndenied: because (some.rule)"]);
    }
  });

  test("say nothing of a call that was allowed, beyond the call", async () => {
    const steps = await stepsAfter((stage) => {
      judged(stage, "a", "allow");
      called(stage, "a");
    });
    expect(steps.map(plainText)).toEqual(["Bash run a"]);
  });

  test("do not lose a result whose call is not loaded", async () => {
    const steps = await stepsAfter((stage) => returned(stage, "long ago"));
    expect(steps.map(plainText)).toEqual(["a call (not loaded)\nresult of long ago"]);
  });

  test("do not lose the answer to a hold that is not loaded", async () => {
    const steps = await stepsAfter((stage) =>
      stage.emit("hold.closed", { construct, hold: "long ago", call: null, end: "deny", note: "not today" }),
    );
    expect(steps.map(plainText)).toEqual(["answered: deny: not today"]);
  });

  test("are the same one by one as all at once, and what does not change stays the same object", async () => {
    const deck = scriptedDeck();
    await talkativeConstruct(deck);
    const events = own(deck, id(4));
    let steps: readonly Step[] = [];
    for (const event of events) {
      const next = withEvent(steps, event);
      const changed = next.filter((step, index) => step !== steps[index]);
      expect(changed.length).toBeLessThanOrEqual(1);
      steps = next;
    }
    expect(steps).toEqual(stepsOf(events));
  });

  test("are no other list after an event that says nothing to people", async () => {
    const deck = scriptedDeck();
    await busyFleet(deck);
    const steps = stepsOf(own(deck, construct));
    const ready = own(deck, construct).find(({ type }) => type === "construct.ready");
    if (ready === undefined) throw new Error("it is ready");
    expect(withEvent(steps, ready)).toBe(steps);
  });
});

describe("a step as an entry", () => {
  const origin = { since: 0, folder: "/w/.cyberdeck/runs/run-1", workspace: "/w" };
  const step = (text: string): Step => ({ seq: 1, at: 5000, events: [], kind: "said", text });

  test("is folded where it is long, and says how much is left out", () => {
    const text = Array.from({ length: 50 }, (_, n) => `line ${n}`).join("\n");
    const { brief } = entryOf(step(text), origin);
    expect(brief?.at(-1)?.text).toBe("… 34 more lines · Enter shows all");
  });

  test("is folded where one line of it is very long", () => {
    const { brief, paragraphs } = entryOf(step("x".repeat(8000)), origin);
    expect(brief?.[0]?.text.length).toBeLessThan(8000);
    expect(paragraphs[0]?.text.length).toBe(8000);
  });

  test("tells paths as they are seen in the workspace", () => {
    const { paragraphs } = entryOf(
      step("Written: /w/.cyberdeck/runs/run-1/report.md and /w/src/a.ts, not /wall"),
      origin,
    );
    expect(paragraphs[0]?.text).toBe("Written: run:report.md and src/a.ts, not /wall");
  });

  test("does not fold a single line away", () => {
    const text = Array.from({ length: 17 }, (_, n) => `line ${n}`).join("\n");
    expect(entryOf(step(text), origin).brief).toBeUndefined();
  });
});
