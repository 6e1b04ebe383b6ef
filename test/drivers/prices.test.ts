import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import { say, type Usage } from "../../src/offline/reply.ts";
import { startOfflineApi } from "../../src/offline/server.ts";
import { priceOf } from "../../src/policy/caliber/price.ts";

/** What the real agent counts for one request with this usage, and what we would. */
async function countBoth(model: string, usage: Usage, fast = false) {
  const folder = mkdtempSync(join(tmpdir(), "prices-test-"));
  const reply = { ...say("Done."), usage: Object.assign({}, usage, fast ? { speed: "fast" } : {}) };
  const api = await startOfflineApi({ answer: () => reply });
  try {
    const home = join(folder, "home");
    mkdirSync(home);
    const executable = await findExecutable({ env: {}, cwd: folder });
    const driver = claudeDriver({ executable, env: offlineEnvironment(process.env, home, api.url) });
    const { models } = await driver.models({ cwd: folder, signal: AbortSignal.timeout(30_000) });
    const session = await driver.open({
      id: "cx-00000001",
      cwd: folder,
      caliber: { model, effort: "low" },
      fast,
      role: { kind: "coordinator", systemPrompt: "You have nothing to do." },
      gate: () => Promise.resolve({ decision: "deny", rule: "test", reason: "a test" }),
    });
    session.send("Hello.");
    for await (const event of session.events) {
      if (event.type !== "turn.ended") continue;
      await session.stop("hard");
      return {
        agent: event.turn.costUsd,
        ours: priceOf(models, model, event.turn.tokens, fast) ?? Number.NaN,
        said: event.turn.fast,
      };
    }
    throw new Error("the agent ended without a result");
  } finally {
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

const plain = { cache_creation_input_tokens: 0, cache_read_input_tokens: 0 };

describe("our prices agree with what the agent counts", () => {
  test.each(["opus", "sonnet", "haiku"])("for input and output of %s", async (model) => {
    const { agent, ours } = await countBoth(model, { ...plain, input_tokens: 20_000, output_tokens: 3000 });
    expect(agent).toBeGreaterThan(0);
    expect(ours).toBeCloseTo(agent, 9);
  });

  test("for a long prompt of a model that has a price of its own for one", async () => {
    const { agent, ours } = await countBoth("haiku", { ...plain, input_tokens: 150_000, output_tokens: 10 });
    expect(ours).toBeCloseTo(agent, 9);
  });

  test("for what is written into the cache, and are not below it for what is read", async () => {
    const written = { ...plain, input_tokens: 1, output_tokens: 1, cache_creation_input_tokens: 50_000 };
    const one = await countBoth("sonnet", written);
    expect(one.ours).toBeCloseTo(one.agent, 9);
    const other = await countBoth("sonnet", {
      ...written,
      cache_creation_input_tokens: 0,
      cache_read_input_tokens: 50_000,
    });
    expect(other.ours).toBeGreaterThanOrEqual(other.agent);
    expect(other.ours).toBeLessThan(one.ours);
  });

  test("for fast mode, which the agent itself says that it runs in", async () => {
    const { agent, ours, said } = await countBoth("opus", { ...plain, input_tokens: 1000, output_tokens: 1000 }, true);
    expect(said).toEqual({ state: "on" });
    expect(ours).toBeCloseTo(agent, 9);
  });
});
