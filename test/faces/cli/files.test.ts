import { describe, expect, test } from "vitest";
import type { RunFile } from "../../../src/protocol/run-files.ts";
import { runId, scriptedDeck, settings, type ScriptedDeck } from "./scripted-deck.ts";
import { run, stand } from "./test-world.ts";

const files: RunFile[] = [
  { path: "/w/a\u001b[2J.txt", by: [{ construct: "cx-00000001", how: "written", at: 1 }], bytes: 1200 },
  { path: "/w/b.txt", by: [{ construct: "cx-00000002", how: "surfaced", at: 2 }], bytes: null },
];

async function deckWith(some: RunFile[]): Promise<ScriptedDeck> {
  const deck = scriptedDeck({ files: some });
  await deck.port.send({ type: "goal.set", goal: "count", settings, command_line: [] });
  return deck;
}

describe("files", () => {
  test("lists them with size and who has named them, without what would act on a terminal", async () => {
    const { code, out } = await run(stand(["files"], await deckWith(files)));
    expect([code, out]).toEqual([0, expect.stringMatching(/cx-00000001 \(written\) +\/w\/a\.txt/)]);
    expect(out).toMatch(/gone +cx-00000002 \(surfaced\)/);
    expect(out).not.toContain("\u001b");
    const lines = (await run(stand(["files", "last", "--json"], await deckWith(files)))).out.trim().split("\n");
    expect(lines.map((line): unknown => JSON.parse(line))).toEqual(files);
    expect((await run(stand(["files"], await deckWith([])))).out).toContain("No construct");
  });

  test("reads one of them, inert for people and as it is in JSON", async () => {
    const deck = await deckWith(files);
    const { out } = await run(stand(["files", "a1b2", "--read", "a.txt"], deck));
    expect(out).toBe("text\n");
    expect(deck.commands.at(-1)).toEqual({ type: "file.read", run: runId, path: "a.txt" });
    const json = await run(stand(["files", "last", "--read", "a.txt", "--json"], await deckWith(files)));
    expect(JSON.parse(json.out)).toMatchObject({ text: "text\u001b[2J\n", cut: false });
  });

  test("refuses a run that there is not, and an empty path", async () => {
    expect((await run(stand(["files", "zzzz"], await deckWith([])))).code).toBe(2);
    expect((await run(stand(["files", "--read", " "], await deckWith([])))).code).toBe(2);
  });
});
