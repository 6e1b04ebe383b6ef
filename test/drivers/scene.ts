import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { AgentDriver, SessionSpec } from "../../src/drivers/agent.ts";
import { claudeDriver, type ClaudeSettings } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import type { Answerer } from "../../src/offline/reply.ts";
import { startOfflineApi } from "../../src/offline/server.ts";

/** Drivers of the real agent, with a model that answers so, and no deck around them. */
export async function driverScene(answer: Answerer) {
  const folder = mkdtempSync(join(tmpdir(), "drivers-test-"));
  const home = join(folder, "home");
  mkdirSync(home);
  const api = await startOfflineApi({ answer });
  const executable = await findExecutable({ env: {}, cwd: folder });
  const env = offlineEnvironment(process.env, home, api.url);
  const spec: SessionSpec = {
    id: "cx-00000001",
    cwd: folder,
    caliber: { model: "sonnet", effort: "high" },
    role: { kind: "worker" },
    gate: () => Promise.resolve({ decision: "deny", rule: "test", reason: "a test" }),
  };
  return {
    api,
    spec,
    driver: (more: Partial<ClaudeSettings> = {}): AgentDriver => claudeDriver({ executable, env, ...more }),
    async [Symbol.asyncDispose]() {
      await api.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
