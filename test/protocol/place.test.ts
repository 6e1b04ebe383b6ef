import { describe, expect, test } from "vitest";
import { parseEvent } from "../../src/protocol/event.ts";
import { placeAskSchema, showAsk } from "../../src/protocol/place.ts";
import { foldRunEvents } from "../../src/protocol/snapshot.ts";
import { opened, queued } from "../store/fixtures.ts";

const raw = { seq: 3, at: 3, run: opened().run, source: "engine", version: 1, type: "construct.started" };

describe("where a construct runs", () => {
  test("is this machine in a record that does not say", () => {
    const event = parseEvent({ ...raw, body: { construct: "cx-1", pid: 1, command: "agent" } });
    expect(event).toMatchObject({ type: "construct.started", body: { place: null } });
  });

  test("is in the view from its start on, and that of its last agent", () => {
    const spawn = queued("cx-1", "work");
    const started = (place: string | null) =>
      parseEvent({ ...raw, body: { construct: "cx-1", pid: 1, command: "agent", place } });
    const events = [opened(), spawn].map((draft, at) => ({ ...draft, seq: at + 1, at, version: 1 }));
    const placeAfter = (...more: (string | null)[]): unknown =>
      foldRunEvents([...events, ...more.map((place, n) => ({ ...started(place), seq: 3 + n }))])?.constructs["cx-1"]
        ?.place;
    expect(placeAfter()).toBeNull();
    expect(placeAfter("node-a")).toBe("node-a");
    expect(placeAfter("node-a", null)).toBeNull();
  });

  test("is asked for by names alone", () => {
    for (const pool of ["", "a b", "a.b", "x".repeat(65), "ünde"])
      expect(placeAskSchema.safeParse({ pool }).success).toBe(false);
    expect(placeAskSchema.safeParse({ pool: "gpu_1-b", labels: ["cuda"] }).success).toBe(true);
    expect(placeAskSchema.safeParse({ labels: ["cuda*"] }).success).toBe(false);
  });

  test("is asked for in words that say what is wanted", () => {
    expect(showAsk({ pool: "gpu", labels: ["cuda", "large"] })).toBe("the pool gpu with cuda and large");
    expect(showAsk({ pool: "here" })).toBe("this machine");
    expect(showAsk({ labels: ["cuda"] })).toBe("any place with cuda");
  });
});
