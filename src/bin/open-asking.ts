import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { claudeDriver, type ClaudeSettings } from "../drivers/claude/driver.ts";
import { findExecutable } from "../drivers/claude/executable.ts";
import { judgeFor } from "../engine/gate/judge.ts";
import { openAskingDeck, type AskingParts } from "../host/asking.ts";
import type { DeckOptions } from "../host/deck-options.ts";
import type { Port } from "../host/port.ts";
import { openReadingDeck } from "../host/reading.ts";
import { restingPlace } from "../host/tripwire-desk.ts";
import { startGuardian } from "../process/guardian.ts";
import { secretValues } from "../store/redaction/secret-variables.ts";
import { claudeCalibers } from "./calibers.ts";

/** What the entry point knows of the process. */
interface Around {
  env: Record<string, string | undefined>;
  cwd: string;
  homeDir: string;
}

interface Provider {
  env: ClaudeSettings["env"];
  release: () => Promise<void>;
}

/** The two models that an agent can have behind it. */
interface Providers<A extends Around> {
  offline: (options: DeckOptions, around: A) => Promise<Provider>;
  ordinary: (around: A) => Provider;
}

/** Opens what answers questions about a home in which no deck runs. The agent is looked for once there is a question. */
export function openAsking<A extends Around>(
  options: DeckOptions,
  around: A,
  providers: Providers<A>,
): { port: Port; close(): Promise<void> } {
  const { home, workspace } = options;
  const judge = judgeFor({ ...restingPlace(home, workspace), agentHome: around.homeDir });
  return openAskingDeck({
    home,
    workspace,
    offline: options.offline,
    secrets: secretValues(around.env),
    reading: openReadingDeck(home, judge),
    provide: (offline) => provide({ ...options, offline }, around, providers),
  });
}

async function provide<A extends Around>(
  options: DeckOptions,
  around: A,
  { offline, ordinary }: Providers<A>,
): Promise<AskingParts> {
  const executable = await findExecutable({ asked: options.claudeBin, env: around.env, cwd: around.cwd });
  const provider = options.offline ? await offline(options, around) : ordinary(around);
  const guardian = startGuardian(guardianScript);
  const settings = { executable, env: provider.env, guardian };
  return {
    driver: claudeDriver(settings),
    calibers: claudeCalibers(settings, options),
    async release() {
      await guardian.close();
      await provider.release();
    },
  };
}

/** Beside this file, as source or built. */
const guardianScript = fileURLToPath(new URL(`./guardian${extname(import.meta.url)}`, import.meta.url));
