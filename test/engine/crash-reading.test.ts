import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import { readCrash } from "../../src/engine/crash-reading.ts";
import { failing, say, silent, type Answerer } from "../../src/offline/reply.ts";
import { startOfflineApi } from "../../src/offline/server.ts";
import { parseRequest } from "../../src/offline/request.ts";
import { remainsOf } from "../survivors/remains.ts";

/** Has the real agent read a report, with this model behind it. */
async function reading(answer: Answerer, limitMs = 30_000) {
  const folder = mkdtempSync(join(tmpdir(), "crash-reading-"));
  const home = join(folder, "home");
  mkdirSync(home);
  const api = await startOfflineApi({ answer });
  try {
    const executable = await findExecutable({ env: {}, cwd: folder });
    const driver = claudeDriver({ executable, env: offlineEnvironment(process.env, home, api.url) });
    const read = await readCrash(driver, { report: "# Error: no", stack: "at x.ts:1:2", cwd: folder, limitMs });
    const requests = api.requests.flatMap(({ body, bytes, path }) => {
      const parsed = path === "/v1/messages" ? parseRequest(body, bytes, undefined) : undefined;
      return parsed?.ok === true ? [parsed.request] : [];
    });
    return { read, requests, left: remainsOf(folder) };
  } finally {
    await api.close();
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

test("a crash is read by a cheap model without tools, which is given the report and the stack", async () => {
  const { read, requests, left } = await reading(() => say("It was the disk.\u001b[31m"));
  expect(read).toEqual({ reading: "It was the disk." });
  expect(requests.length).toBe(1);
  expect(requests[0]?.canWork).toBe(false);
  expect(requests[0]?.model).toContain("haiku");
  expect(requests[0]?.lastUserText).toContain("# Error: no");
  expect(requests[0]?.lastUserText).toContain("at x.ts:1:2");
  expect(left).toEqual([]);
});

test("a model that cannot be asked, or says nothing in time, is a problem that is told, and leaves no process", async () => {
  const refused = await reading(() => failing(400));
  expect(refused.read).toEqual({ problem: expect.stringMatching(/\w/) });
  const mute = await reading(() => silent(), 3000);
  expect(mute.read).toEqual({ problem: "it was given up" });
  expect([...refused.left, ...mute.left]).toEqual([]);
});
