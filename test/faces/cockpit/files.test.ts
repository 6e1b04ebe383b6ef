import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { textEntries } from "../../../src/faces/cockpit/files/file-entries.ts";
import { listFiles, nameOf } from "../../../src/faces/cockpit/files/file-list.ts";
import { tailOf } from "../../../src/faces/cockpit/files/tail-of.ts";
import type { Size } from "../../../src/faces/cockpit/screen/size.ts";
import type { RunFile } from "../../../src/protocol/run-files.ts";
import { runId, scriptedDeck, type Script } from "../cli/scripted-deck.ts";
import { openDesk, toPage } from "./kit/desk.ts";
import { keptFrame, picture, sizes } from "./kit/frames.ts";
import { busyFleet, id, talkativeConstruct } from "./kit/scenes.ts";

const at = (minute: number): number => Date.UTC(2026, 10, 22, 10, minute, 30);
const use = (n: number, minute: number, how: "written" | "surfaced" = "written") => ({
  construct: id(n),
  how,
  at: at(minute),
});

const folder = `/workspace/.cyberdeck/runs/${runId}`;
const aFile = (path: string, bytes: number | null, ...by: RunFile["by"]): RunFile => ({ path, by, bytes });
const files: RunFile[] = [
  aFile("/workspace/docs/run.md", 1234, use(1, 16)),
  aFile("/workspace/docs/eject.md", 560, use(4, 18), use(1, 17), use(8, 15, "surfaced")),
  aFile("/workspace/docs/数える\u001b[31m🙂.md", 2048, use(4, 14)),
  aFile("/workspace/build/manual.pdf", 1_480_000, use(8, 13, "surfaced")),
  aFile("/workspace/docs/old.md", null, use(2, 12)),
  aFile(`${folder}/parts/cx-4.txt`, 77, use(4, 11)),
  aFile("/tmp/elsewhere/notes/of/the/last/part/of/the/manual/that/was/ever/written/notes.txt", 12, use(3, 10)),
];

const text = `# Eject

It stops everything, proves it, and keeps a snapshot.
\tA line with a tab, and \u001b[2J\u001b[31msigns that no terminal may act on.
数える and 🙂 stay straight. ${"A very long line goes on and on. ".repeat(8)}
${Array.from({ length: 60 }, (_, n) => `Step ${n + 1}: look at the proof`).join("\n")}
`;

async function openFiles(script: Script = {}, size?: Size) {
  const usual: Script = { files, read: () => ({ text, bytes: text.length, modified: at(19) }) };
  // The deck goes by the script as it is then: it stays the same object.
  const deck = scriptedDeck(Object.assign(script, { ...usual, ...script }));
  await talkativeConstruct(deck);
  const desk = await openDesk(deck, size === undefined ? {} : { size });
  await toPage(desk, "Files");
  return { deck, desk };
}

const has = (wanted: string) => (rows: string[]) => rows.some((row) => row.includes(wanted));
const inRow =
  (wanted: string) =>
  (row: string): boolean =>
    row.includes(wanted);
const rowsWith = (rows: string[], wanted: string): number => rows.filter((row) => row.includes(wanted)).length;

describe("the list of files", () => {
  test.each(sizes)("tells what each file is at $columns x $rows", async (size) => {
    const { desk } = await openFiles({}, size);
    await desk.until(has("eject.md"));
    await expect(picture(await desk.press("down"))).toMatchFileSnapshot(keptFrame("files", size));
    await desk.close();
  });

  test("says that there is no run, and how one begins", async () => {
    const desk = await openDesk(scriptedDeck());
    await toPage(desk, "Files");
    expect(await desk.until(has("No run yet."))).toBeDefined();
    expect((await desk.press("enter")).at(-1)).toContain("nothing to act on");
    await desk.close();
  });

  test("says that nothing was written where nothing was", async () => {
    const { desk } = await openFiles({ files: [] });
    expect(await desk.until(has("No file yet."))).toBeDefined();
    await desk.close();
  });

  test("tells why the files cannot be listed", async () => {
    const { desk } = await openFiles({
      refuse: ({ type }) =>
        type === "files.list" ? new Fault("storage", "record.torn", "the record is torn") : undefined,
    });
    expect(await desk.until(has("The files cannot be listed: the record is torn"))).toBeDefined();
    await desk.close();
  });

  test("shows the names of files without the signs in them that a terminal acts on", async () => {
    const { desk } = await openFiles();
    const frame = await desk.until(has("docs/数える🙂.md"));
    expect(frame.every((row) => !row.includes("\u001b"))).toBe(true);
    await desk.close();
  });

  test("filters by words of the name, the construct, and what a file is", async () => {
    const { desk } = await openFiles();
    await desk.until(has("eject.md"));
    await desk.press("/");
    expect((await desk.write("docs written")).at(-1)).toContain("3 of 7");
    await desk.press("escape", "/");
    expect((await desk.write("gone")).at(-1)).toContain("1 of 7");
    await desk.press("escape", "/");
    await desk.write("nothing like this");
    await desk.press("enter");
    await desk.until(has("None of 7 files is like this"));
    expect(has("eject.md")(await desk.press("escape"))).toBe(true);
    await desk.close();
  });

  test("orders by path, and copies path and record of the file under the cursor", async () => {
    const { desk } = await openFiles();
    await desk.until(has("newest first"));
    const frame = await desk.press("o");
    expect(frame.findIndex(inRow("manual.pdf"))).toBeLessThan(frame.findIndex(inRow("docs/run.md")));
    await desk.press("home", "down", "y", "Y");
    expect(desk.copied[0]).toBe("/workspace/build/manual.pdf");
    expect(JSON.parse(desk.copied[1] ?? "")).toMatchObject({ bytes: 1_480_000 });
    await desk.close();
  });

  test("is asked for again when a construct has written something, and not when it has only read", async () => {
    const script: Script = {};
    const { deck, desk } = await openFiles(script);
    await desk.until(has("eject.md"));
    const asked = (): number => deck.commands.filter(({ type }) => type === "files.list").length;
    const before = asked();
    const stage = deck.stage();
    const call = (name: string, change?: { kind: "text"; text: string; omitted: number }): void => {
      const known = { construct: id(5), call: name };
      stage.emit("construct.tool_called", {
        ...known,
        tool: "Write",
        input: "docs/new.md",
        ...(change === undefined ? {} : { change }),
      });
      stage.emit("construct.tool_returned", { ...known, failed: false, text: "" });
    };
    call("reads");
    await desk.pass(5000);
    await desk.pass(5000);
    expect(asked()).toBe(before);
    script.files = [...files, aFile("/workspace/docs/new.md", 5, use(5, 20))];
    call("writes", { kind: "text", text: "words", omitted: 0 });
    await desk.pass(0);
    await desk.pass(2000);
    await desk.until(has("docs/new.md"));
    expect(asked()).toBe(before + 1);
    await desk.close();
  });
});

describe("an open file", () => {
  test.each(sizes)("is read with the numbers of its lines at $columns x $rows", async (size) => {
    const { desk } = await openFiles({}, size);
    await desk.until(has("eject.md"));
    await desk.press("enter");
    await desk.until(has("keeps a snapshot"));
    await expect(picture(await desk.press("down"))).toMatchFileSnapshot(keptFrame("files-text", size));
    await desk.close();
  });

  test.each(sizes)("shows its changes on record at $columns x $rows", async (size) => {
    const { desk } = await openFiles({}, size);
    await desk.until(has("eject.md"));
    await desk.press("tab");
    const frame = await desk.until(has("It stops everything, proves it"));
    await expect(picture(frame)).toMatchFileSnapshot(keptFrame("files-changes", size));
    await desk.close();
  });

  test("is read again when a construct has changed it, and not when another file was written", async () => {
    const script: Script = { read: () => ({ text: "first\n", bytes: 6 }) };
    const { deck, desk } = await openFiles(script);
    await desk.until(has("eject.md"));
    await desk.press("enter");
    await desk.until(has("1  first"));
    const asked = (type: string): number => deck.commands.filter((one) => one.type === type).length;
    const wholeReads = (): number =>
      deck.commands.filter((one) => one.type === "events.list" && one.after === 0 && one.construct === id(4)).length;
    const before = { reads: asked("file.read"), whole: wholeReads() };
    const stage = deck.stage();
    const write = async (input: string): Promise<void> => {
      const known = { construct: id(4), call: `writes ${input}` };
      const change = { kind: "text" as const, text: "words", omitted: 0 };
      const lists = asked("files.list");
      stage.emit("construct.tool_called", { ...known, tool: "Write", input, change });
      stage.emit("construct.tool_returned", { ...known, failed: false, text: "" });
      await desk.pass(2000);
      await desk.until(() => asked("files.list") > lists);
    };
    await write("docs/other.md");
    expect(asked("file.read")).toBe(before.reads);
    // As long as before, by the construct that has written it before: the list alone does not tell.
    script.read = () => ({ text: "later\n", bytes: 6 });
    await write("docs/eject.md");
    await desk.until(has("1  later"));
    expect(asked("file.read")).toBe(before.reads + 1);
    // Of the record, only what is new was asked for.
    expect(wholeReads()).toBe(before.whole);
    expect(has("Changes 2")(await desk.press("tab"))).toBe(true);
    await desk.close();
  });

  test("has its cursor where it was when it is read again and is the same", async () => {
    const { deck, desk } = await openFiles();
    await desk.until(has("eject.md"));
    await desk.press("enter");
    await desk.until(has("keeps a snapshot"));
    const before = await desk.press("pageDown", "down");
    const reads = deck.commands.filter(({ type }) => type === "file.read").length;
    await desk.press("d", "a");
    const after = await desk.until(() => deck.commands.filter(({ type }) => type === "file.read").length > reads);
    expect(after).toEqual(before);
    await desk.close();
  });

  test("says that there may be more changes where the record of a construct is very long", async () => {
    const { deck, desk } = await openFiles();
    const send = deck.port.send.bind(deck.port);
    deck.port.send = async (command) => {
      const reply = await send(command);
      return command.type === "events.list" && command.after !== undefined ? { ...reply, more: true } : reply;
    };
    await desk.until(has("eject.md"));
    await desk.press("tab");
    expect(has("Changes 1+")(await desk.until(has("It stops everything, proves it")))).toBe(true);
    await desk.close();
  });

  test("wraps long lines, or cuts them", async () => {
    const { desk } = await openFiles();
    await desk.until(has("eject.md"));
    await desk.press("enter");
    const wrapped = await desk.until(has("keeps a snapshot"));
    const cut = await desk.press("W");
    expect(rowsWith(wrapped, "on and on")).toBeGreaterThan(rowsWith(cut, "on and on"));
    expect(has("long lines are cut")(cut)).toBe(true);
    await desk.close();
  });

  test("finds a text in it, and gives the search up before it is closed", async () => {
    const { desk } = await openFiles();
    await desk.until(has("eject.md"));
    await desk.press("enter");
    await desk.until(has("keeps a snapshot"));
    await desk.press("/");
    await desk.write("Step 57");
    const frame = await desk.press("enter");
    expect(has("Step 57: look")(frame)).toBe(true);
    expect(has("/Step 57  in 1 line")(frame)).toBe(true);
    expect(has("in 1 line")(await desk.press("escape"))).toBe(false);
    expect(has("newest first")(await desk.press("escape"))).toBe(true);
    await desk.close();
  });

  test("the next one is a key away", async () => {
    const { desk } = await openFiles();
    await desk.until(has("eject.md"));
    await desk.press("enter");
    await desk.press("]");
    await desk.until((rows) => rows[3]?.includes("docs/run.md") === true);
    await desk.press("[", "[");
    const frame = await desk.until((rows) => rows[3]?.includes("notes.txt") === true);
    expect(has("keeps a snapshot")(frame)).toBe(true);
    await desk.close();
  });

  test.each([
    ["binary", { read: () => ({ binary: true, text: "", bytes: 1_480_000 }) }, "1.5 MB, and no text: it is not shown."],
    ["empty", { read: () => ({ text: "", bytes: 0 }) }, "It is empty."],
    ["cut", { read: () => ({ text: "begin", cut: true, bytes: 12_000_000 }) }, "the file has 12.0 MB"],
    [
      "gone",
      {
        refuse: ({ type }: { type: string }) =>
          type === "file.read" ? new Fault("refused", "file.gone", "docs/old.md is not there.") : undefined,
      },
      "docs/old.md is not there.",
    ],
  ])("says plainly that it is %s", async (_name, script, told) => {
    const { desk } = await openFiles(script);
    await desk.until(has("eject.md"));
    await desk.press("enter");
    expect(await desk.until(has(told))).toBeDefined();
    await desk.close();
  });

  test("says where a change may come from when none is on record", async () => {
    const { desk } = await openFiles();
    await desk.until(has("eject.md"));
    await desk.press("down", "tab");
    await desk.until(has("No change of it by Write or Edit is on record."));
    expect(has(id(1))(await desk.press("c"))).toBe(true);
    await desk.close();
  });

  test("tells of a change that did not come to pass", async () => {
    const deck = scriptedDeck({ files });
    await busyFleet(deck);
    const known = { construct: id(1), call: "torn" };
    const change = { kind: "text" as const, text: "all of it\u001b[2J", omitted: 40_000 };
    deck.stage().emit("construct.tool_called", { ...known, tool: "Write", input: "/workspace/docs/run.md", change });
    deck.stage().emit("construct.tool_returned", { ...known, failed: true, text: "denied" });
    const desk = await openDesk(deck);
    await toPage(desk, "Files");
    await desk.until(has("run.md"));
    await desk.press("down", "tab");
    const frame = await desk.until(has("it did not come to this"));
    expect(has("40.0 KB are not on record")(frame)).toBe(true);
    await desk.close();
  });
});

describe("the names of files", () => {
  const places = { workspace: "/w", folder: "/w/.cyberdeck/runs/r" };

  test("are seen from the workspace and from the folder of the run", () => {
    expect(nameOf("/w/a.ts", places)).toBe("a.ts");
    expect(nameOf("/w/.cyberdeck/runs/r/parts/a", places)).toBe("run:parts/a");
  });

  test("of what lies elsewhere stay whole, also when the workspace's own name is in them", () => {
    expect(nameOf("/x/w/a.ts", places)).toBe("/x/w/a.ts");
    expect(nameOf("/workspace/a.ts", places)).toBe("/workspace/a.ts");
  });

  test("lose their beginning, not their end, and no half of a wide sign", () => {
    expect(tailOf("a/b/c.ts", 8)).toBe("a/b/c.ts");
    expect(tailOf("a/bb/c.ts", 6)).toBe("…/c.ts");
    expect(tailOf("数える", 4)).toBe("…る");
  });

  test("a filter that nothing has leaves nothing, and counts all", () => {
    expect(listFiles(files, "no such", "path", undefined)).toMatchObject({ rows: [], ids: [], all: 7 });
  });
});

test("a file with more lines than anybody reads is shown to a bound, and says so", () => {
  const long = { path: "/w/a", text: "\n".repeat(30_000), bytes: 30_000, cut: false, binary: false, modified: 0 };
  const entries = textEntries(long, true);
  expect(entries).toHaveLength(20_001);
  expect(entries.at(-1)?.paragraphs[0]?.text).toContain("only 20000 lines are shown");
});
