import { describe, expect, test } from "vitest";
import { postureLines } from "../../../src/faces/cockpit/posture.ts";
import { defaultSettings } from "../../../src/protocol/settings.ts";
import { scriptedDeck, type ScriptedDeck } from "../cli/scripted-deck.ts";
import { modelOf } from "./kit/model.ts";
import { busyFleet, id } from "./kit/scenes.ts";

/** The second row of a cockpit that is so wide. */
const stateRow = (deck: ScriptedDeck, columns: number): string =>
  postureLines(modelOf(deck), columns)[1]
    .spans.map(({ text }) => text)
    .join("");

async function twoRuns(): Promise<ScriptedDeck> {
  const deck = scriptedDeck();
  await busyFleet(deck);
  const settings = defaultSettings(2);
  const opened = { kind: "goal" as const, workspace: "/w", folder: "/w/two", settings, deck: "0.1.0" };
  deck.stage("run-20261122-111500-0002").emit("run.opened", { ...opened, command_line: [] });
  return deck;
}

describe("the row of money and counts", () => {
  test("says what all open runs have cost where there is room for it", async () => {
    const deck = await twoRuns();
    expect(stateRow(deck, 200)).toContain(" all $0.23");
    expect(stateRow(deck, 200)).toContain("! 1 held");
    expect(stateRow(deck, 120)).toContain(" all $0.23");
  });

  test.each([79, 70, 60])(
    "lets no sum take the place of who is at work, queued and held at %i columns",
    async (columns) => {
      const row = stateRow(await twoRuns(), columns);
      expect(row).toContain("●4 ·1 !1");
      expect(row).not.toContain(" all $");
      expect(row).toHaveLength(columns);
    },
  );

  test("keeps the counts beside a daemon that waits for a word, and gives up the rest", async () => {
    const deck = await twoRuns();
    deck.stage().emit("daemon.chat", { daemon: "dm-00000001", text: "A chapter on nodes?" });
    deck.stage().emit("run.waiting", { question: "A chapter on nodes?" });
    const row = stateRow(deck, 60);
    expect(row).toContain("●4 ·1 !1");
    expect(row).toContain("daemon: WAITING FOR YOU");
  });

  test("has no daemon in it when the run is over", async () => {
    const deck = await twoRuns();
    for (let n = 3; n <= 8; n += 1) deck.stage().end(id(n), { state: "killed", cause: "eject" });
    deck.stage().close("stopped", "eject");
    expect(stateRow(deck, 200)).not.toContain("daemon");
  });
});
