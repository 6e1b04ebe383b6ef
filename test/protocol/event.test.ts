import { describe, expect, test } from "vitest";
import { flatEvent, isEventType, parseEvent } from "../../src/protocol/event.ts";

const row = { seq: 7, at: 5, run: "run-1", source: "engine", version: 1 };

describe("an event that comes from disk", () => {
  test("of a known type keeps its body", () => {
    const event = parseEvent({ ...row, type: "goal.set", body: { goal: "g" } });
    expect(event).toEqual({ ...row, type: "goal.set", body: { goal: "g" } });
  });

  test.each([
    ["of a type that is not known", "goal.dropped", { goal: "g" }],
    ["with a body that lacks a field", "goal.set", {}],
    ["with a body of the wrong kind", "goal.set", "text"],
    ["with the name of what every object has", "constructor", {}],
    ["that is an unknown one without its fields", "agent.unknown", { kind: 5 }],
  ])("%s is kept as unknown, with all that it had", (_, type, body) => {
    const event = parseEvent({ ...row, type, body });
    expect(event).toEqual({
      ...row,
      type: "agent.unknown",
      body: { agent: "engine", kind: type, raw: JSON.stringify(body) },
    });
    expect(parseEvent(event)).toEqual(event);
  });

  test("flat, it has its envelope and its body side by side", () => {
    const event = parseEvent({ ...row, type: "goal.set", body: { goal: "g" } });
    expect(flatEvent(event)).toEqual({ ...row, type: "goal.set", goal: "g" });
  });

  test("a type is only what was declared as one", () => {
    expect(isEventType("goal.set")).toBe(true);
    expect(isEventType("__proto__")).toBe(false);
  });
});
