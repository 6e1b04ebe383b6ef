import { access, constants, readdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { stopTree } from "../../src/process/stop.ts";
import { quick, until, workbench } from "../process/workbench.ts";
import { cabinet, type CabinetName, cabinetNames } from "./cabinet.ts";
import { type Conversation, converse } from "./conversation.ts";

/** A conversation with one of the cabinet, stopped afterwards with everything that it left behind. */
async function meet(
  name: CabinetName,
  talk: (conversation: Conversation, folder: string) => Promise<void>,
  env?: (folder: string) => Record<string, string>,
): Promise<void> {
  await using bench = await workbench();
  const conversation = converse(cabinet(name), bench.folder, env?.(bench.folder));
  try {
    await talk(conversation, bench.folder);
  } finally {
    expect(await stopTree(conversation.child, quick)).toEqual({ proven: true, survivors: [] });
    conversation.child.release();
    conversation.query.close();
  }
}

const textOf = (conversation: Conversation): string =>
  conversation.messages
    .flatMap((message) => (message.type === "assistant" ? message.message.content : []))
    .map((block) => (block.type === "text" ? block.text : ""))
    .join("");

const types = (conversation: Conversation): string[] => conversation.messages.map(({ type }) => type);

test("the cabinet lists all its agents, and all are executable", async () => {
  const shared = ["agent.mjs", "breakout.mjs"];
  const files = (await readdir(import.meta.dirname)).filter((file) => file.endsWith(".mjs") && !shared.includes(file));
  expect(new Set(files)).toEqual(new Set(cabinetNames.map((name) => `${name}.mjs`)));
  for (const name of cabinetNames) {
    await access(cabinet(name), constants.X_OK);
    expect((await readFile(cabinet(name), "utf8")).startsWith("#!/usr/bin/env node\n// ")).toBe(true);
  }
});

test("the polite one answers each message, takes control requests, and leaves at the end of input", () =>
  meet("polite", async (conversation) => {
    conversation.say("one");
    await conversation.results(1);
    await conversation.query.setModel("opus");
    await conversation.query.applyFlagSettings({ effortLevel: "low" });
    await conversation.query.interrupt();
    conversation.say("two");
    await conversation.results(2);
    conversation.end();
    expect(await conversation.over).toBe("ended");
    expect(await conversation.child.closed).toEqual({ how: "code", code: 0 });
    expect(textOf(conversation)).toBe("You said: oneYou said: two");
    const models = conversation.messages.flatMap((m) => (m.type === "system" && m.subtype === "init" ? [m.model] : []));
    expect(models).toEqual(["sonnet", "opus"]);
  }));

test("a line of a megabyte is a message like any other", () =>
  meet("megabyte-line", async (conversation) => {
    conversation.say("go");
    await conversation.results(1);
    expect(textOf(conversation).length).toBeGreaterThan(2 ** 20);
  }));

test("the hundred-megabyte line is one line of more than 64 MB", () =>
  meet("hundred-megabyte-line", async (conversation) => {
    conversation.say("go");
    await conversation.results(1);
    const longest = Math.max(
      ...conversation
        .wire()
        .split("\n")
        .map((line) => line.length),
    );
    expect(longest).toBeGreaterThan(64 * 2 ** 20);
  }));

test("after a result without end of file the agent is gone and its stdout is still open", () =>
  meet("result-without-eof", async (conversation) => {
    conversation.say("go");
    await conversation.results(1);
    conversation.child.stdin.end();
    expect(await conversation.child.closed).toEqual({ how: "code", code: 0 });
    expect((await conversation.child.census.look()).alive.map(({ command }) => command)).toEqual(["sleep"]);
    expect(conversation.child.stdout.readableEnded).toBe(false);
  }));

test("an end of file without a result comes from an agent that is still running", () =>
  meet("eof-without-result", async (conversation) => {
    conversation.say("go");
    await until(() => conversation.child.stdout.readableEnded);
    expect(conversation.child.exit).toBe(undefined);
    expect(conversation.messages.some(({ type }) => type === "result")).toBe(false);
    expect(textOf(conversation)).toBe("I have something to");
  }));

test("the liar exits with code 0 and has said nothing", () =>
  meet("liar", async (conversation) => {
    conversation.say("go");
    expect(await conversation.child.closed).toEqual({ how: "code", code: 0 });
    await conversation.over;
    expect(types(conversation)).toEqual([]);
  }));

test("the stubborn one answers and then stays, whatever it is told", () =>
  meet("stubborn", async (conversation) => {
    conversation.say("go");
    await conversation.results(1);
    const report = await stopTree(conversation.child, { graceMs: 300, termMs: 300, killMs: 5000 });
    expect(report.proven).toBe(true);
    expect(conversation.child.exit).toEqual({ how: "signal", signal: "SIGKILL" });
  }));

test("a flood on stderr is over before the result, and its last words are kept", () =>
  meet("stderr-flood", async (conversation) => {
    conversation.say("go");
    await conversation.results(1);
    await until(() => conversation.child.stderr().endsWith("the last words\n"));
    expect(Buffer.byteLength(conversation.child.stderr())).toBe(8192);
  }));

for (const name of ["escapee", "escapee-bare"] as const)
  test(`the ${name} leaves a process in another session, which a stop ends`, async () => {
    await using bench = await workbench();
    await meet(name, async (conversation) => {
      conversation.say("go");
      await conversation.results(1);
      const pid = Number(/You said: (\d+)/.exec(textOf(conversation))?.[1]);
      bench.owned.push(pid);
      const stat = await readFile(`/proc/${pid}/stat`, "utf8");
      const [, parent, , session] = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
      expect(Number(parent)).not.toBe(conversation.child.pid);
      expect(Number(session)).not.toBe(conversation.child.pid);
      const marker = `${conversation.child.marker.name}=${conversation.child.marker.value}\0`;
      expect((await readFile(`/proc/${pid}/environ`, "utf8")).includes(marker)).toBe(name === "escapee");
      await stopTree(conversation.child, quick);
      expect(await bench.isAlive(pid)).toBe(false);
    });
  });

test("one that dies at once says why on stderr only", () =>
  meet("dies-at-once", async (conversation) => {
    conversation.say("go");
    expect(await conversation.child.closed).toEqual({ how: "code", code: 1 });
    expect(await conversation.child.lastWords(5000)).toContain("no licence to run");
    expect(await conversation.over).not.toBe("ended");
    expect(types(conversation)).toEqual([]);
  }));

test("the mute one answers control requests and nothing else", () =>
  meet("mute", async (conversation) => {
    conversation.say("go");
    expect((await conversation.query.supportedModels()).length).toBe(3);
    await conversation.query.interrupt();
    conversation.end();
    expect(await conversation.child.closed).toEqual({ how: "code", code: 0 });
    expect(types(conversation)).toEqual([]);
  }));

test("the immovable one says nothing and stays, whatever it is told", () =>
  meet("immovable", async (conversation) => {
    conversation.say("go");
    expect((await conversation.query.supportedModels()).length).toBe(3);
    const report = await stopTree(conversation.child, { graceMs: 300, termMs: 300, killMs: 5000 });
    expect(report.proven).toBe(true);
    expect(conversation.child.exit).toEqual({ how: "signal", signal: "SIGKILL" });
    expect(types(conversation)).toEqual([]);
  }));

test("the half line has no end, and the exit is code 0", () =>
  meet("half-line", async (conversation) => {
    conversation.say("go");
    expect(await conversation.child.closed).toEqual({ how: "code", code: 0 });
    await conversation.over;
    const last = conversation.wire().split("\n").at(-1) ?? "";
    expect(last.startsWith('{"type":"result"')).toBe(true);
    expect(last.endsWith("}")).toBe(false);
    expect(textOf(conversation)).toBe("go");
  }));

test("the flapper dies twice and works at its third start", async () => {
  await using shared = await workbench();
  const env = (): Record<string, string> => ({ CABINET_STATE: join(shared.folder, "starts") });
  for (let start = 1; start <= 2; start += 1)
    await meet(
      "flapper",
      async (conversation) => {
        expect(await conversation.child.closed).toEqual({ how: "code", code: 1 });
        expect(await conversation.child.lastWords(5000)).toContain(`start ${start} fails`);
        await conversation.over;
      },
      env,
    );
  await meet(
    "flapper",
    async (conversation) => {
      conversation.say("third");
      await conversation.results(1);
      expect(textOf(conversation)).toBe("You said: third");
    },
    env,
  );
});
