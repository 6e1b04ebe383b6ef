import { spawn } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { z } from "zod";
import { call, say } from "../../../src/offline/reply.ts";
import { openStoreToRead } from "../../../src/store/event-log.ts";
import { openWritingDeck } from "../../../src/host/deck.ts";
import { attach } from "../../../src/host/door/attach.ts";
import { readHttpNote } from "../../../src/host/door/http-note.ts";
import { of, openTestDeck, outcomesOf } from "../../kit/deck.ts";

const program = join(import.meta.dirname, "..", "..", "..", "src", "bin", "cyberdeck.ts");

/** The real command line in a process of its own. */
function cyberdeck(cwd: string, ...argv: string[]): Promise<{ code: number | null; out: string; err: string }> {
  const child = spawn(process.execPath, [program, ...argv], { cwd, env: { PATH: process.env["PATH"] } });
  let out = "";
  let err = "";
  child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  return new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (code) => resolve({ code, out, err }));
  });
}

test("a call that a real construct is held on is shown to and allowed by another process, and then runs", async () => {
  await using kit = await openTestDeck({
    judge: (usual) => (toolCall) =>
      toolCall.tool === "Bash"
        ? { ...usual(toolCall), decision: "hold", rule: "test.shell", reason: "A person must look." }
        : usual(toolCall),
    answer: ({ toolResults }) =>
      toolResults.length === 0 ? call("Bash", { command: "touch one" }) : say("It was allowed."),
    settings: { hold_window_ms: null },
  });
  const opened = await kit.deck.send({ type: "spawn", tasks: ["Try."], settings: kit.settings, command_line: [] });
  await kit.eventsUntil(opened.afterSeq, (event) => event.type === "hold.opened");
  const shown = await cyberdeck(kit.workspace, "hold");
  expect(shown).toMatchObject({ code: 0, err: "" });
  expect(shown.out).toContain(`touch one\nit would: write ${kit.workspace}/one\n`);
  const id = /hd-[0-9a-f]{8}/.exec(shown.out)?.[0] ?? "";
  expect(await cyberdeck(kit.workspace, "hold", "allow", id.slice(0, 7))).toEqual({
    code: 0,
    out: `${id}: allowed once\n`,
    err: "",
  });
  const events = await kit.untilClosed(opened.afterSeq);
  expect([existsSync(join(kit.workspace, "one")), outcomesOf(events)[0]?.result]).toEqual([true, "It was allowed."]);
  expect(of(events, "hold.closed")).toMatchObject([{ body: { end: "allow" }, source: "netrunner" }]);
  const late = await cyberdeck(kit.workspace, "hold", "allow", id);
  expect(late).toMatchObject({ code: 1, err: expect.stringContaining("no run is open") });
});

test("the door of a real deck tells its events to several processes, ends them with the deck, and leaves no file", async () => {
  let far: Awaited<ReturnType<typeof attach>> | undefined;
  const seen: string[] = [];
  let following: Promise<void> = Promise.resolve();
  let home = "";
  {
    await using kit = await openTestDeck({ keep: false });
    home = kit.home;
    const other = await attach(home);
    far = other;
    following = (async () => {
      for await (const event of other.port.follow(0)) seen.push(event.type);
    })();
    await kit.runTasks(["A task"]);
    await kit.deck.close();
    expect(readdirSync(home).filter((name) => name.startsWith("deck.sock"))).toEqual([]);
    await following;
    await far.port.closed;
    expect([seen[0], seen.at(-1)]).toEqual(["run.opened", "run.closed"]);
    expect(await cyberdeck(kit.workspace, "hold")).toMatchObject({
      code: 2,
      err: expect.stringContaining("no deck is running"),
    });
  }
});

test("a real deck is steered and followed over loopback by whoever has its token, as over its socket", async () => {
  await using kit = await openTestDeck({
    open: (options, provide) => openWritingDeck({ ...options, http: { port: 0 } }, provide),
  });
  const { url = "", token = "" } = (await readHttpNote(kit.home)) ?? {};
  const headers = { Authorization: `Bearer ${token}`, "Content-Type": "application/json" };
  const body = JSON.stringify({ type: "spawn", tasks: ["A task"], settings: kit.settings, command_line: ["a page"] });
  expect((await fetch(`${url}/v1/commands`, { method: "POST", body })).status).toBe(401);
  const sent = await fetch(`${url}/v1/commands`, { method: "POST", headers, body });
  const opened = z.object({ run: z.string(), afterSeq: z.int() }).parse(await sent.json());
  const followed = await fetch(`${url}/v1/events?after=${opened.afterSeq}`, { headers });
  const types: string[] = [];
  const decoder = new TextDecoder();
  let text = "";
  for await (const chunk of followed.body ?? []) {
    text += decoder.decode(chunk, { stream: true });
    types.splice(0, Infinity, ...[...text.matchAll(/^event: (.+)$/gm)].map((match) => match[1] ?? ""));
    if (types.includes("run.closed")) break;
  }
  expect(types[0]).toBe("run.opened");
  expect(types).toContain("construct.ended");
  const shown = await fetch(`${url}/v1/snapshot?run=${opened.run}`, { headers });
  expect(await shown.json()).toMatchObject({ run: { run: opened.run, status: "done" } });
});

test("a construct may not speak for the netrunner with the deck's own program", async () => {
  await using kit = await openTestDeck({});
  const child = spawn(process.execPath, [program, "hold"], {
    cwd: kit.workspace,
    env: { PATH: process.env["PATH"], CYBERDECK_CONSTRUCT: "cx-00000001" },
  });
  let err = "";
  child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
  const code = await new Promise((resolve) => void child.on("close", resolve));
  expect([code, err]).toEqual([1, expect.stringContaining("a construct may not give commands")]);
});

test("the blacklist is changed in the deck that runs, and in the home where none does, on the record both times", async () => {
  await using kit = await openTestDeck({ keep: false });
  const { home, workspace } = kit;
  const task = "Force-push the branch main to origin";
  const added = await cyberdeck(workspace, "blacklist", "add", task, "--reason", "others work on it");
  const id = /bl-[0-9a-f]{8}/.exec(added.out)?.[0] ?? "";
  expect(added).toMatchObject({ code: 0, err: "" });
  expect((await kit.deck.send({ type: "blacklist.list" })).entries).toMatchObject([{ id, task }]);
  await kit.deck.close();
  const refused = await cyberdeck(
    workspace,
    "spawn",
    "--embedded",
    "--offline",
    "Please force-push branch main to origin",
  );
  expect(refused).toMatchObject({ code: 1, err: expect.stringContaining("--override-blacklist") });
  expect(await cyberdeck(workspace, "blacklist", "remove", id.slice(0, 7))).toMatchObject({ code: 0, err: "" });
  expect(await cyberdeck(workspace, "blacklist")).toMatchObject({
    code: 0,
    out: "Nothing is forbidden in this home.\n",
  });
  const reader = openStoreToRead(home);
  using _reader = { [Symbol.dispose]: () => reader.close() };
  expect([...reader.eventsAfter(0)].map(({ type, run, source }) => [type, run, source])).toEqual([
    ["blacklist.added", "", "netrunner"],
    ["blacklist.removed", "", "netrunner"],
  ]);
});
