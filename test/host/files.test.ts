import { execFileSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { attach } from "../../src/host/door/attach.ts";
import { openReadingDeck } from "../../src/host/reading.ts";
import { call, say } from "../../src/offline/reply.ts";
import { of, openTestDeck, type TestDeck } from "../kit/deck.ts";

const allowAll = () => () => ({ decision: "allow", rule: "test.all", reason: "a test", effects: [] }) as const;
const neverJudge = () => {
  throw new Error("nothing is judged here");
};

function elsewhere(): string {
  const folder = mkdtempSync(join(tmpdir(), "files-test-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A run whose construct has written one file in the workspace and one elsewhere. */
async function written(kit: TestDeck): Promise<{ run: string; construct: string }> {
  const events = await kit.runTasks(["Write them."]);
  const [queued] = of(events, "construct.queued");
  return { run: queued?.run ?? "", construct: queued?.body.construct ?? "" };
}

const writer = (paths: () => string[]) => ({
  judge: allowAll,
  settings: { sandbox: "off" } as const,
  answer: ({ messages }: { messages: { results: unknown[] }[] }) => {
    const path = paths()[messages.flatMap(({ results }) => results).length];
    return path === undefined ? say("Done.") : call("Write", { file_path: path, content: `in ${path}\n` });
  },
});

describe("the files of a run", () => {
  test("are listed with who wrote them and whether they are still there, and read, also after its end", async () => {
    const other = elsewhere();
    const paths: string[] = [join(other, "b.txt")];
    await using kit = await openTestDeck(writer(() => paths));
    paths.unshift(join(kit.workspace, "a.txt"));
    paths.push(join(kit.workspace, "gone.txt"));
    const { run, construct } = await written(kit);
    const [a = "", b = "", gone = ""] = paths;
    rmSync(gone);
    const far = await attach(kit.home);
    const reading = openReadingDeck(kit.home, neverJudge);
    for (const port of [kit.deck, far.port, reading.port]) {
      const { files } = await port.send({ type: "files.list", run });
      const by = [{ construct, how: "written", at: expect.any(Number) }];
      expect(files).toEqual([
        { path: a, by, bytes: a.length + 4 },
        { path: b, by, bytes: b.length + 4 },
        { path: gone, by, bytes: null },
      ]);
      const read = await port.send({ type: "file.read", run, path: "a.txt" });
      expect(read).toMatchObject({ path: a, text: `in ${a}\n`, bytes: a.length + 4, cut: false, binary: false });
      expect(Math.abs(read.modified - Date.now())).toBeLessThan(600_000);
      // Outside, but the outcome has it.
      expect((await port.send({ type: "file.read", run, path: b })).text).toBe(`in ${b}\n`);
      await expect(port.send({ type: "file.read", run, path: gone })).rejects.toMatchObject({ code: "file.gone" });
      await expect(port.send({ type: "files.list", run: "run-x" })).rejects.toMatchObject({ code: "run.unknown" });
    }
    await far.close();
    await reading.close();
  });

  test("are also what a construct has written that is still at work", async () => {
    const paths: string[] = [];
    await using kit = await openTestDeck({
      ...writer(() => paths),
      answer: ({ messages }) => {
        const done = messages.flatMap(({ results }) => results).length;
        if (done === 0) return call("Write", { file_path: join(kit.workspace, "early.txt"), content: "1" });
        return done === 1 ? call("Bash", { command: "touch started; sleep 300 & wait" }) : say("Done.");
      },
    });
    const { run, afterSeq } = await kit.startTasks(["Write."]);
    await kit.eventsUntil(afterSeq, ({ type, body }) => type === "construct.tool_called" && body.tool === "Bash");
    const { files } = await kit.deck.send({ type: "files.list", run });
    expect(files).toMatchObject([{ path: join(kit.workspace, "early.txt"), bytes: 1, by: [{ how: "written" }] }]);
  });

  test("are cut at two megabytes, between characters, and what is no text is said to be none", async () => {
    await using kit = await openTestDeck({});
    const { run } = await written(kit);
    writeFileSync(join(kit.workspace, "long.txt"), `a${"é".repeat(1_100_000)}`);
    writeFileSync(join(kit.workspace, "binary"), Buffer.from([1, 0, 2]));
    writeFileSync(join(kit.workspace, "empty"), "");
    const read = (path: string) => kit.deck.send({ type: "file.read", run, path });
    const long = await read("long.txt");
    expect(long).toMatchObject({ cut: true, bytes: 2_200_001, binary: false });
    expect(long.text).toBe(`a${"é".repeat(1_048_575)}`);
    expect(await read("binary")).toMatchObject({ binary: true, text: "", bytes: 3 });
    expect(await read("empty")).toMatchObject({ binary: false, text: "", bytes: 0, cut: false });
  });

  test("are not what lies elsewhere, nor the deck's own, nor what a link leads to, nor what is no file", async () => {
    await using kit = await openTestDeck({});
    const { run } = await written(kit);
    const other = elsewhere();
    const secret = join(other, "secret");
    writeFileSync(secret, "secret");
    symlinkSync(secret, join(kit.workspace, "link"));
    symlinkSync(other, join(kit.workspace, "folder-link"));
    symlinkSync("loop", join(kit.workspace, "loop"));
    mkdirSync(join(kit.workspace, "folder"));
    execFileSync("mkfifo", [join(kit.workspace, "pipe")]);
    writeFileSync(join(kit.workspace, "inside.txt"), "inside");
    symlinkSync("inside.txt", join(kit.workspace, "inner-link"));
    const read = (path: string) => kit.deck.send({ type: "file.read", run, path });
    for (const path of [secret, "link", "folder-link/secret", `../../${secret}`, "/etc/passwd", "/dev/zero"])
      await expect(read(path)).rejects.toMatchObject({ code: expect.stringMatching(/^file\.(outside|gone)$/) });
    for (const path of [".cyberdeck/deck.db", ".cyberdeck/settings.json", ".cyberdeck/deck.sock"])
      await expect(read(path)).rejects.toMatchObject({ code: expect.stringMatching(/^file\.(outside|gone)$/) });
    for (const path of ["folder", "pipe", "."])
      await expect(read(path)).rejects.toMatchObject({ code: "file.not_plain", hint: expect.any(String) });
    for (const path of ["loop", "nothing", "inside.txt/below"])
      await expect(read(path)).rejects.toMatchObject({ code: expect.stringMatching(/^file\.(gone|unreadable)$/) });
    expect((await read("inner-link")).path).toBe(join(kit.workspace, "inside.txt"));
    expect((await read(join(".cyberdeck", "runs", run, "report.md"))).text).toContain("Write them.");
  });
});
