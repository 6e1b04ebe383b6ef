import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, describe, test } from "vitest";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import { modelsIn, pricesIn } from "../../src/drivers/claude/models.ts";
import { startOfflineApi } from "../../src/offline/server.ts";
import { say } from "../../src/offline/reply.ts";
import { cabinet } from "../cabinet/cabinet.ts";
import { eventually } from "../kit/deck.ts";

/** Asks an agent about its models, the real one unless another program is named. */
async function ask(signal: AbortSignal, claudeBin?: string) {
  using folder = aFolder();
  const api = await startOfflineApi({ answer: () => say("Done.") });
  try {
    const home = join(folder.path, "home");
    mkdirSync(home);
    const executable = await findExecutable({ asked: claudeBin, env: {}, cwd: folder.path });
    const driver = claudeDriver({ executable, env: offlineEnvironment(process.env, home, api.url) });
    return { catalogue: await driver.models({ cwd: folder.path, signal }), requests: api.requests.length };
  } finally {
    await api.close();
  }
}

function aFolder(): Disposable & { path: string } {
  const path = mkdtempSync(join(tmpdir(), "models-test-"));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

describe("the real agent", () => {
  test("lists its models with efforts, prices and fast mode, without asking a model", async () => {
    const { catalogue, requests } = await ask(AbortSignal.timeout(30_000));
    expect(requests).toBe(0);
    expect(catalogue.version).toMatch(/^\d+\.\d+\.\d+/);
    const rows = new Map(catalogue.models.map((model) => [model.value, model]));
    for (const alias of ["haiku", "sonnet", "opus"]) {
      const row = rows.get(alias);
      expect(row?.resolved).toMatch(new RegExp(`^claude-${alias}-`));
      expect(row?.efforts).toContain("high");
      expect(row?.price?.output).toBeGreaterThan(0);
    }
    expect(catalogue.models.filter(({ description }) => /Mtok|·\s*$/.test(description))).toEqual([]);
    expect(rows.get("opus")?.fast).toBe(true);
    expect(rows.get("sonnet")?.fast).toBe(false);
    expect(rows.get("haiku")?.price?.long?.over).toBe(100_000);
  });
});

describe("an agent that does not say", () => {
  test("because it ends at once is a fault that says so, with its last words", async () => {
    const asking = ask(AbortSignal.timeout(30_000), cabinet("flapper"));
    await expect(asking).rejects.toThrow(/not heard about its models: its process ended/);
  });

  test("because it never answers is given up when the signal says so, and ended", async () => {
    using folder = aFolder();
    const program = join(folder.path, "never-answers");
    const started = join(folder.path, "pid");
    writeFileSync(program, `#!/bin/sh\necho $$ > ${started}\nexec cat > /dev/null\n`, { mode: 0o755 });
    const giveUp = new AbortController();
    const asking = ask(giveUp.signal, program);
    const pid = await eventually(() => existsSync(started) && readFileSync(started, "utf8").trim(), "it runs");
    giveUp.abort();
    await expect(asking).rejects.toThrow("it was given up");
    expect(existsSync(`/proc/${pid}`)).toBe(false);
  });

  test("because it may not be asked any more is not started", async () => {
    await expect(ask(AbortSignal.abort())).rejects.toThrow("it was given up");
  });
});

describe("prices in a description", () => {
  test("are read where they stand at its end, with those for long prompts", () => {
    expect(pricesIn("Opus 5.5 · Best for complex tasks · $4/$20 per Mtok")).toEqual({
      input: 4,
      output: 20,
      long: null,
    });
    expect(pricesIn("Haiku · $0.10/$0.50 per Mtok ($0.50/$2.50 for prompts over 100k)")).toEqual({
      input: 0.1,
      output: 0.5,
      long: { input: 0.5, output: 2.5, over: 100_000 },
    });
  });

  test("are not known where a part of them is not understood", () => {
    const unread = [
      "",
      "Best for everyday tasks",
      "$4 per Mtok",
      "$4/$20",
      "$4/$20 per Ktok",
      "€4/€20 per Mtok",
      "x$4/$20 per Mtok",
      "$4/$20 per Mtok until March",
      "$4/$20 per Mtok ($8/$40 in the evening)",
      "$4/$20 per Mtok ($8/$40 for prompts over 0k)",
      "$4.5.6/$20 per Mtok",
    ];
    expect(unread.filter((text) => pricesIn(text) !== null)).toEqual([]);
  });
});

describe("what an agent says of its models", () => {
  const row = { value: "opus", displayName: "Opus", description: "Best" };

  test("counts row by row: one without a name costs only itself", () => {
    const { models } = modelsIn({ models: [{ value: "" }, { ...row, value: 7 }, null, row] });
    expect(models).toEqual([
      {
        value: "opus",
        resolved: null,
        display: "Opus",
        description: "Best",
        efforts: [],
        fast: false,
        price: null,
      },
    ]);
  });

  test("may name efforts that we do not know, which are left out, the others from low to high", () => {
    const { models } = modelsIn({ models: [{ ...row, supportedEffortLevels: ["max", "ultra", "low"] }] });
    expect(models[0]?.efforts).toEqual(["low", "max"]);
  });

  test("is a fault when there is no row at all", () => {
    for (const said of [{}, null, "models", { models: "opus" }, { models: [] }, { models: [{}] }])
      expect(() => modelsIn(said)).toThrow("did not say which models");
  });
});
