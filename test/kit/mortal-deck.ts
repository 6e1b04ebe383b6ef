import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { claudeDriver } from "../../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../../src/drivers/claude/environment.ts";
import { findExecutable } from "../../src/drivers/claude/executable.ts";
import { openWritingDeck, type Deck } from "../../src/host/deck.ts";
import { startGuardian } from "../../src/process/guardian.ts";

/**
 * A deck for a process that is to be killed: in this folder, with real agents and the model API at this address. Each call gets the
 * same decision.
 */
export async function mortalDeck(
  folder: string,
  url: string,
  { decision = "allow", isGuarded = false }: { decision?: "allow" | "hold"; isGuarded?: boolean } = {},
): Promise<{ deck: Deck; workspace: string }> {
  const workspace = join(folder, "workspace");
  const agentHome = join(folder, "agent-home");
  for (const path of [workspace, agentHome]) mkdirSync(path, { recursive: true });
  const executable = await findExecutable({ env: {}, cwd: workspace });
  const guardian = isGuarded ? startGuardian(join(import.meta.dirname, "../../src/bin/guardian.ts")) : undefined;
  const env = offlineEnvironment(process.env, agentHome, url);
  const driver = claudeDriver({ executable, env, ...(guardian === undefined ? {} : { guardian }) });
  const options = { workspace, home: join(workspace, ".cyberdeck"), mode: "write", offline: true } as const;
  const deck = await openWritingDeck(options, () =>
    Promise.resolve({
      driver,
      judgeFor: () => () => ({ decision, rule: "test.all", reason: "a test", effects: [] }),
      agentHome,
      version: "0.0.0-test",
      release: () => Promise.resolve(),
    }),
  );
  return { deck, workspace };
}
