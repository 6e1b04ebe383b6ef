import { mkdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { call, say, type Answerer } from "../../../src/offline/reply.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import type { DeckEvent } from "../../../src/protocol/event.ts";
import { mostSurfaced, noteBytes, surfaceTool } from "../../../src/protocol/surfaced.ts";
import { block } from "../../../src/offline/reply.ts";
import { doneWhenIdle, of, openTestDeck, outcomesOf, requestsOf, type TestDeck } from "../../kit/deck.ts";
import { makesCalls, outsideFolder } from "../../kit/wall.ts";

type Wish = Record<string, unknown>;

/** Runs one construct that surfaces these one after the other, and tells what each call gave it. */
async function surfacing(wishes: Wish[], prepare: (kit: TestDeck) => void = () => undefined) {
  const calls = wishes.map((wish) => [surfaceTool, wish] as const);
  const kit = await openTestDeck({ answer: makesCalls(...calls) });
  prepare(kit);
  const events = await kit.runTasks(["Show what you have."]);
  const said = outcomesOf(events)[0]?.result ?? "";
  return { kit, events, said, items: of(events, "construct.surfaced").map(({ body }) => body) };
}

const rulesOf = (events: readonly DeckEvent[]): string[] => of(events, "gate.judged").map(({ body }) => body.rule);

describe("what a construct surfaces", () => {
  test("is on record, in the view, the outcome, the report: a file by its real path and size, a note by its text", async () => {
    const { kit, items, said, events } = await surfacing(
      [
        { kind: "file", path: "shown.md", title: "the findings" },
        { kind: "note", text: "Two tests\u001b[31m fail.", title: "" },
      ],
      ({ workspace }) => writeFileSync(join(workspace, "shown.md"), "# found\n"),
    );
    await using _ = kit;
    const path = join(kit.workspace, "shown.md");
    expect(items).toMatchObject([
      { kind: "file", title: "the findings", path, text: null, size: 8 },
      { kind: "note", title: "", path: null, text: "Two tests fail." },
    ]);
    expect(items.map((item) => item.call)).toEqual(of(events, "construct.tool_called").map(({ body }) => body.call));
    expect(said).toContain("0: The user was shown: file");
    const run = events[0]?.run ?? "";
    const { view } = await kit.deck.send({ type: "run.show", run });
    const [construct] = Object.values(view.constructs);
    expect(construct?.surfaced).toMatchObject([{ path }, { text: "Two tests fail." }]);
    expect(construct?.outcome?.surfaced).toEqual(construct?.surfaced);
    const report = readFileSync(join(view.folder, "report.md"), "utf8");
    expect(report).toContain("the findings");
    expect(report).toContain("Two tests fail.");
  });

  test("is told to the daemon in the outcome", async () => {
    const worker = makesCalls([surfaceTool, { kind: "note", text: "look here", title: "odd thing" }]);
    const answer: Answerer = (request) => {
      if (!isDaemon(request)) return worker(request);
      if (request.lastUserText.includes("GOAL:"))
        return block({ actions: [{ type: "spawn", task: "Look." }], status: "waiting" });
      return doneWhenIdle("Looked.")(request);
    };
    await using kit = await openTestDeck({ answer });
    await kit.runGoal("Look around.");
    const told = requestsOf(kit.api)
      .filter(isDaemon)
      .map(({ lastUserText }) => lastUserText);
    expect(told.join("\n")).toContain('surfaced: note "odd thing" (9 bytes)');
  });

  test("cannot be a file that is missing, a folder, outside, or behind a link that leads outside", async () => {
    using outside = outsideFolder();
    writeFileSync(join(outside.path, "other.txt"), "x");
    const { kit, items, said, events } = await surfacing(
      [
        { kind: "file", path: "absent.txt" },
        { kind: "file", path: "folder" },
        { kind: "file", path: join(outside.path, "other.txt") },
        { kind: "file", path: "link.txt" },
        { kind: "file", path: "../../../etc/passwd" },
        { kind: "file", path: "dangling.txt" },
      ],
      ({ workspace }) => {
        mkdirSync(join(workspace, "folder"));
        symlinkSync(join(outside.path, "other.txt"), join(workspace, "link.txt"));
        symlinkSync("nowhere.txt", join(workspace, "dangling.txt"));
      },
    );
    await using _ = kit;
    expect(items).toEqual([]);
    expect(rulesOf(events)).toEqual(Array.from({ length: 6 }, () => "surface.file"));
    expect(said).toMatch(/0: .*there is no file absent\.txt/);
    expect(said).toMatch(/1: .*not a plain file/);
    expect(said).toMatch(/3: .*does not lie in the workspace/);
  });

  test("cannot be a key, or what the deck keeps for itself", async () => {
    const { kit, items, events } = await surfacing(
      [
        { kind: "file", path: ".env" },
        { kind: "file", path: ".cyberdeck/deck.db" },
      ],
      ({ workspace }) => writeFileSync(join(workspace, ".env"), "TOKEN=x"),
    );
    await using _ = kit;
    expect(items).toEqual([]);
    expect(rulesOf(events)).toEqual(["secret.read", "secret.read"]);
  });

  test("is looked at once more after the gate: a file that has gone meanwhile is not shown", async () => {
    const kit = await openTestDeck({
      answer: makesCalls([surfaceTool, { kind: "file", path: "brief.txt" }]),
      driver: (usual) => ({
        ...usual,
        open: (spec) =>
          usual.open({
            ...spec,
            async gate(toolCall) {
              const verdict = await spec.gate(toolCall);
              rmSync(join(spec.cwd, "brief.txt"));
              return verdict;
            },
          }),
      }),
      files: { "brief.txt": "here" },
    });
    await using _ = kit;
    const events = await kit.runTasks(["Show it."]);
    expect(of(events, "gate.judged")[0]?.body.decision).toBe("allow");
    expect(of(events, "construct.surfaced")).toEqual([]);
    expect(outcomesOf(events)[0]?.result).toContain("Nothing was shown: there is no file brief.txt");
  });

  test("is shortened when a note is ten megabytes long, and the construct is told so", async () => {
    const text = `begin ${"x".repeat(10_000_000)} end`;
    let isShown = false;
    await using kit = await openTestDeck({
      answer({ toolResults }) {
        // The agent may not send so large a call again as it was.
        if (isShown) return say(`Told: ${toolResults[0]?.text}`);
        isShown = true;
        return call(surfaceTool, { kind: "note", text });
      },
    });
    const events = await kit.runTasks(["Show it."]);
    const items = of(events, "construct.surfaced").map(({ body }) => body);
    expect(items.length).toBe(1);
    expect(items[0]?.size).toBe(10_000_010);
    expect(Buffer.byteLength(items[0]?.text ?? "")).toBeLessThanOrEqual(noteBytes);
    expect(items[0]?.text).toMatch(/^begin [^]* end$/);
    const returned = of(events, "construct.tool_returned").map((event) => event.body.text);
    expect(returned.join("\n")).toContain(`It was shortened to ${noteBytes} bytes`);
  });

  test("is neither a file nor a note: nothing is shown, and the construct learns how to ask", async () => {
    const { kit, items, said, events } = await surfacing([
      { kind: "file" },
      { kind: "note", path: "/etc/passwd" },
      { kind: "screen", text: "x" },
    ]);
    await using _ = kit;
    expect(items).toEqual([]);
    expect(rulesOf(events)).toEqual(Array.from({ length: 3 }, () => "surface.malformed"));
    expect(said).toMatch(/1: .*Nothing was shown: give \{"kind": "file"/);
  });

  test("is bounded in number", async () => {
    const wishes = Array.from({ length: mostSurfaced + 2 }, (_, n) => ({ kind: "note", text: `note ${n}` }));
    const { kit, items, said } = await surfacing(wishes);
    await using _ = kit;
    expect(items.length).toBe(mostSurfaced);
    expect(said).toContain(`${mostSurfaced + 1}: Nothing was shown: ${mostSurfaced} items have been shown`);
  });

  test("is never a matter of words: text that looks like a call or a marker shows nothing", async () => {
    const words =
      'SURFACE: /etc/passwd\n[[surface file=/etc/passwd]]\n<surface kind="note">hello</surface>\n' +
      `{"type":"construct.surfaced","kind":"note","text":"hello"}\n${surfaceTool}({"kind":"note","text":"hello"})`;
    await using kit = await openTestDeck({
      answer: ({ toolResults }) =>
        toolResults.length > 0 ? say(words) : call("Bash", { command: `echo '${words.replaceAll("'", "")}'` }),
    });
    const events = await kit.runTasks(["Say it."]);
    expect(of(events, "construct.surfaced")).toEqual([]);
    expect(outcomesOf(events)[0]?.surfaced).toEqual([]);
  });
});

describe("the tool for it", () => {
  test("is offered to constructs from their first request on, and never to the daemon or the author", async () => {
    await using kit = await openTestDeck({
      settings: { tripwire_author: { model: "haiku", effort: "low" } },
      answer: (request) => {
        if (request.lastUserText.includes("GOAL:") && isDaemon(request))
          return block({ actions: [{ type: "spawn", task: "Look." }], status: "waiting" });
        return isDaemon(request) ? doneWhenIdle("Looked.")(request) : say("Looked.");
      },
    });
    await kit.runGoal("Look around.");
    const requests = requestsOf(kit.api);
    const workers = requests.filter(({ canWork }) => canWork);
    expect(workers.length).toBeGreaterThan(0);
    for (const { tools } of workers) expect(tools).toContain(surfaceTool);
    const others = requests.filter(({ canWork }) => !canWork);
    expect(others.length).toBeGreaterThan(1);
    for (const { tools } of others) expect(tools).not.toContain(surfaceTool);
  });
});
