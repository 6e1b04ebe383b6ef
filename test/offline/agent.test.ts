import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { SDKUserMessage } from "@anthropic-ai/claude-agent-sdk";
import { afterEach, expect, test } from "vitest";
import { showJob } from "../../src/offline/job.ts";
import { offlineModel } from "../../src/offline/model.ts";
import { block, call, disconnecting, failing, say, slow } from "../../src/offline/reply.ts";
import { scripted } from "../../src/offline/script.ts";
import { startOfflineApi, type OfflineApi } from "../../src/offline/server.ts";
import { heading, taskMessage } from "../../src/protocol/briefing.ts";
import { actionBlockJsonSchema, parseActionBlock } from "../../src/protocol/action.ts";
import { extractActionBlock } from "../../src/protocol/extract.ts";
import { runAgent } from "./agent.ts";
import { folder } from "./loop.ts";

const open: OfflineApi[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((api) => api.close()));
});

async function api(answer = offlineModel()): Promise<OfflineApi> {
  const started = await startOfflineApi({ answer });
  open.push(started);
  return started;
}

const oddNames = [
  "plain.txt",
  "--exec rm.txt",
  "-",
  "two  spaces .txt",
  " leading and trailing ",
  `quotes ' " \` $HOME $(id).txt`,
  "back\\slash\\n.txt",
  "line\nfeed.txt",
  "tab\tand\rreturn.txt",
  "escape\u001b[31mred.txt",
  "control\u0007.txt",
  "[glob]*?{a,b}.txt",
  "ünïcödé 😀 名前.txt",
  "deep/er/and deeper/~tilde#hash!.txt",
  "#comment;semi&and|pipe<in>out.txt",
];

function workspaceIn(temp: string, files: Record<string, string>): { workspace: string; runFolder: string } {
  const workspace = join(temp, "work 'space'");
  mkdirSync(workspace);
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(workspace, name)), { recursive: true });
    writeFileSync(join(workspace, name), content);
  }
  return { workspace, runFolder: join(workspace, ".cyberdeck/runs/run-1") };
}

test("the real agent counts in files with odd names, and its figures are true", async () => {
  using temp = folder("agent");
  const files = Object.fromEntries(oddNames.map((name, index) => [name, "a TODO b TODO\n".repeat(index + 1)]));
  const { workspace, runFolder } = workspaceIn(temp.path, files);
  const { url, requests } = await api();
  const task = 'Count the occurrences of "TODO" and write the result to "odd.md"';
  const prompt = taskMessage({ workspace, runFolder, task, earlier: [] });
  const run = await runAgent({ url, temp: temp.path, cwd: workspace, prompt });
  expect(run.result.split("\n")[0]).toBe('240 occurrences of "TODO" in 15 of 15 files of the workspace.');
  expect(run.result).toContain("- 30  #comment;semi&and|pipe<in>out.txt");
  expect(readFileSync(join(runFolder, "odd.md"), "utf8")).toContain(`    16  "line\\nfeed.txt"\n`);
  expect(run.denials).toBe(0);
  expect(run.costUsd).toBeGreaterThan(0);
  expect(requests.every((seen) => seen.path === "/v1/messages")).toBe(true);
});

test("the real agent finds the files that contain a text, beyond the limits of its search tools", async () => {
  using temp = folder("agent");
  const names = Array.from({ length: 420 }, (_, n) => `area ${n % 7}/${"long name ".repeat(9)}${n}.txt`);
  const { workspace, runFolder } = workspaceIn(
    temp.path,
    Object.fromEntries(names.map((name, n) => [name, n % 2 === 0 ? 'needle\'s "eye"' : "hay"])),
  );
  writeFileSync(join(workspace, ".gitignore"), "*\n");
  const task = 'Find the files that contain `needle\'s "eye"`';
  const { url } = await api();
  const prompt = taskMessage({ workspace, runFolder, task, earlier: [] });
  const run = await runAgent({ url, temp: temp.path, cwd: workspace, prompt });
  expect(run.result).toContain(`210 files that contain "needle's \\"eye\\"", out of 421 files of the workspace.`);
  expect(run.result).toContain("… and 10 more");
});

test("the real agent collects headings as a part, and another one writes the report from the part file", async () => {
  using temp = folder("agent");
  const { workspace, runFolder } = workspaceIn(temp.path, {
    "a.md": "# One\n## Two\n```\n# no\n```\n",
    "b.md": "text",
  });
  const { url } = await api();
  const what = { measure: "headings" as const };
  const scope = { endings: ["md"] };
  const jobs = [
    showJob({ kind: "discover", scope, list: "parts/files.txt" }),
    showJob({
      kind: "part",
      number: 1,
      of: 1,
      what,
      list: "parts/files.txt",
      from: 1,
      to: 2,
      output: "parts/part-1.txt",
    }),
    showJob({ kind: "report", what, scope, source: "parts/part-1.txt", parts: 1, output: "headings-report.md" }),
  ];
  const results: string[] = [];
  // The last one twice: a second attempt must be able to overwrite the file of the first.
  for (const task of [...jobs, jobs[2] ?? ""]) {
    const prompt = taskMessage({ workspace, runFolder, task, earlier: [] });
    results.push((await runAgent({ url, temp: temp.path, cwd: workspace, prompt })).result);
  }
  expect(results[0]).toContain("Found 2 files.");
  expect(results[2]).toContain("2 Markdown headings in 1 of 2 files");
  expect(results[3]).toBe(results[2]);
  expect(readFileSync(join(runFolder, "headings-report.md"), "utf8")).toContain(
    "    a.md\n      # One\n        ## Two\n",
  );
});

test("the real agent as a coordinator gets a plan, from the scripted model as from a script", async () => {
  using temp = folder("agent");
  const { workspace, runFolder } = workspaceIn(temp.path, {});
  const prompt = `${heading.goal} Count TODO\n${heading.workspace} ${workspace}\n${heading.runFolder} ${runFolder}\n`;
  const options = { temp: temp.path, cwd: workspace, prompt, systemPrompt: "You are the daemon of a deck." };
  const planned = extractActionBlock((await runAgent({ ...options, url: (await api()).url })).result);
  expect(planned.ok && planned.value.block.actions).toHaveLength(1);
  const replySchema = actionBlockJsonSchema();
  const shaped = parseActionBlock((await runAgent({ ...options, replySchema, url: (await api()).url })).structured);
  expect(shaped.ok && shaped.value.block.actions).toHaveLength(1);
  const script = scripted({ daemon: [block({ status: "done", chat: "from the script" })] });
  const played = extractActionBlock((await runAgent({ ...options, url: (await api(script)).url })).result);
  expect(played.ok && played.value.block.chat).toBe("from the script");
});

test("the real agent hands on what a person says in the middle of a turn, and it is done after the task", async () => {
  using temp = folder("agent");
  const { workspace, runFolder } = workspaceIn(temp.path, { "a.txt": "TODO\nFIXME\nFIXME\n" });
  const model = offlineModel();
  const asked = Promise.withResolvers<void>();
  const { url } = await api(async (request) => {
    const given = await model(request);
    if (request.toolResults.length === 0) asked.resolve();
    return slow(300, given);
  });
  const user = (content: string): SDKUserMessage => ({
    type: "user",
    message: { role: "user", content },
    parent_tool_use_id: null,
  });
  async function* prompt(): AsyncGenerator<SDKUserMessage> {
    yield user(taskMessage({ workspace, runFolder, task: "Count TODO", earlier: [] }));
    await asked.promise;
    yield user("Count FIXME");
  }
  const run = await runAgent({ url, temp: temp.path, cwd: workspace, prompt: prompt() });
  const said = run.messages.flatMap((message) => (message.type === "result" ? [JSON.stringify(message)] : [])).join();
  expect(said).toContain("1 line that contains");
  expect(said).toContain("2 lines that contain");
});

test("the real agent lives through an overload and a broken stream, and takes the next step each time", async () => {
  using temp = folder("agent");
  const { workspace } = workspaceIn(temp.path, { "a.txt": "hello" });
  const steps = [failing(529, 0), disconnecting(say("x".repeat(50_000))), call("Bash", { command: "cat a.txt" })];
  const last = (request: { toolResults: { text: string }[] }): ReturnType<typeof say> =>
    say(`it says ${request.toolResults[0]?.text}`);
  const { url, requests } = await api(scripted({ constructs: [{ task: "read it", steps: [...steps, last] }] }));
  const run = await runAgent({ url, temp: temp.path, cwd: workspace, prompt: "Please read it." });
  expect(run.result).toBe("it says hello");
  expect(requests.length).toBeGreaterThanOrEqual(4);
});
