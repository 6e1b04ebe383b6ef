import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import type { AgentSession, TurnEnd } from "../../src/drivers/agent.ts";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import { say } from "../../src/offline/reply.ts";
import { startOfflineApi } from "../../src/offline/server.ts";

async function turnOf(session: AgentSession): Promise<TurnEnd> {
  session.send("Hello.");
  for await (const event of session.events) if (event.type === "turn.ended") return event.turn;
  throw new Error("the agent ended without a result");
}

test("an agent that is up already is switched to fast mode and back between its turns, and says so each time", async () => {
  const folder = mkdtempSync(join(tmpdir(), "fast-test-"));
  const api = await startOfflineApi({ answer: () => say("Done.") });
  try {
    const home = join(folder, "home");
    mkdirSync(home);
    const executable = await findExecutable({ env: {}, cwd: folder });
    const driver = claudeDriver({ executable, env: offlineEnvironment(process.env, home, api.url) });
    const session = await driver.open({
      id: "cx-00000001",
      cwd: folder,
      caliber: { model: "sonnet", effort: "high" },
      role: { kind: "worker" },
      gate: () => Promise.resolve({ decision: "deny", rule: "test", reason: "a test" }),
    });
    await session.answers();
    const opus = { model: "opus", effort: "low" } as const;
    const states: (string | undefined)[] = [];
    for (const fast of [true, false, true]) {
      await session.aim(opus, { fast });
      states.push((await turnOf(session)).fast?.state);
    }
    await session.aim({ ...opus, model: "sonnet" }, { fast: true });
    states.push((await turnOf(session)).fast?.state);
    await session.stop("hard");
    expect(states).toEqual(["on", "off", "on", "off"]);
    const speeds = api.requests.map(({ body }) =>
      typeof body === "object" && body !== null ? String(Reflect.get(body, "speed") ?? "usual") : "none",
    );
    expect(speeds).toEqual(["fast", "usual", "fast", "usual"]);
  } finally {
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  }
});
