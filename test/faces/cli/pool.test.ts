import { describe, expect, test } from "vitest";
import { frame } from "../../../src/faces/cli/live/frame.ts";
import { narrate } from "../../../src/faces/words/narrate.ts";
import { painter } from "../../../src/faces/cli/paint.ts";
import { runPage } from "../../../src/faces/cli/show/run-page.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import type { RunView } from "../../../src/protocol/view.ts";
import { eventOf } from "../../engine/events.ts";
import { scriptedDeck, settings, type Stage } from "./scripted-deck.ts";

const construct = "cx-00000001";

async function viewOf(play: (stage: Stage) => void): Promise<RunView> {
  const deck = scriptedDeck();
  await deck.port.send({ type: "goal.set", goal: "g", settings, command_line: [] });
  play(deck.stage());
  const view = await deck.port.snapshot();
  if (view === undefined) throw new Error("no view");
  return view;
}

const twoReady = (stage: Stage): void => {
  for (const spare of ["sp-1", "sp-2", "sp-3"]) stage.emit("pool.started", { spare });
  for (const spare of ["sp-1", "sp-2"]) stage.emit("pool.ready", { spare, pid: 7, start_ms: 300 });
};

const header = (view: RunView): string =>
  frame({ view, now: view.lastAt, columns: 200, rows: 5, paint: painter(false) })[0] ?? "";

const told = (event: DeckEvent): string | undefined => narrate(event)?.text;

describe("the warm pool on the screen", () => {
  test("the live block says how many agents are ready, and nothing where there are none", async () => {
    expect(header(await viewOf(twoReady))).toContain("0 queued · 2 warm · 0 done");
    expect(header(await viewOf(() => {}))).not.toContain("warm");
    expect(header(await viewOf((stage) => (twoReady(stage), stage.close("done"))))).not.toContain("warm");
  });

  test("the page of a run says how many constructs started warm, and why the others did not", async () => {
    const page = runPage(
      await viewOf((stage) => {
        twoReady(stage);
        stage.emit("pool.hit", { construct, spare: "sp-1", wait_ms: 12, age_ms: 900 });
        stage.emit("pool.missed", { construct: "cx-2", reason: "starting", detail: "" });
      }),
      undefined,
      painter(false),
    );
    expect(page).toMatch(/warm pool:\s+1 of 2 constructs started warm \(not 1: its spare was still starting\)/);
    expect(runPage(await viewOf(twoReady), undefined, painter(false))).not.toContain("warm pool");
  });

  test("a miss is told with its reason, and none where there is no pool", () => {
    const missed = (reason: "off" | "empty" | "needs", detail = ""): DeckEvent =>
      eventOf(1, "pool.missed", { construct, reason, detail });
    expect(told(missed("empty"))).toBe("no agent of the warm pool (empty)");
    expect(told(missed("needs", "another folder"))).toBe("no agent of the warm pool (needs: another folder)");
    expect(told(missed("off"))).toBeUndefined();
    expect(told(eventOf(1, "pool.hit", { construct, spare: "sp-1", wait_ms: 12, age_ms: 9 }))).toContain("sp-1");
  });
});
