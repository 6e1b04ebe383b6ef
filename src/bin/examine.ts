import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { messageOf } from "../base/fault.ts";
import { offlineEnvironment } from "../drivers/claude/environment.ts";
import { findExecutable } from "../drivers/claude/executable.ts";
import { triedVersion } from "../drivers/claude/tried.ts";
import { agentCheck, gateCheck } from "../engine/doctor/agent.ts";
import { runChecks, type Check } from "../engine/doctor/check.ts";
import { catalogueCheck, policyCheck, settingsCheck } from "../engine/doctor/kept.ts";
import { loginCheck } from "../engine/doctor/login.ts";
import { clipboardCheck, diskCheck, gitCheck, terminalCheck, wallCheck } from "../engine/doctor/machine.ts";
import { lockCheck, logCheck, sqliteCheck, stateOfHome, type HomeState } from "../engine/doctor/record.ts";
import { strayCheck } from "../engine/doctor/strays.ts";
import { without } from "../engine/wall/wall.ts";
import type { Examination, Finding } from "../protocol/finding.ts";
import { homePaths } from "../store/home.ts";
import type { Process } from "./around.ts";
import { claudeCanary } from "./canary.ts";
import { listCatalogues } from "./open-catalogues.ts";
import { agentState, setVariables } from "./login-present.ts";
import { openDeck } from "./open-deck.ts";
import { trialWall } from "./trial-wall.ts";

/** Looks whether this machine and this home are fit for a deck. What it needs for that is gone afterwards. Never rejects. */
export async function examine(asked: Examination, around: Process): Promise<Finding[]> {
  const scratch = await mkdtemp(join(tmpdir(), "cyberdeck-doctor-"));
  try {
    await using hub = await checksOfHubIfAny(asked, around);
    const checks = [...checksOf(asked, around, scratch), ...hub.checks];
    asked.onBegin(checks.map(({ name }) => name));
    return await runChecks(checks, asked.onFinding);
  } finally {
    await rm(scratch, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Nothing of a hub is loaded where nobody asks and the home has none. */
async function checksOfHubIfAny(asked: Examination, around: Process): Promise<{ checks: Check[] } & AsyncDisposable> {
  if (asked.hub !== undefined || existsSync(homePaths(asked.home).hub))
    return (await import("./hub-checks.ts")).checksOfHub(asked, around);
  return { checks: [], [Symbol.asyncDispose]: () => Promise.resolve() };
}

/** A port of this machine at which nobody listens: a version is told without a model. */
const nobody = "http://127.0.0.1:9";

function checksOf(asked: Examination, around: Process, scratch: string): Check[] {
  const { workspace, home, claudeBin, offline, reap, terminal } = asked;
  const { env, cwd, homeDir } = around;
  const { platform } = process;
  const executable = findExecutable({ asked: claudeBin, env, cwd });
  // Two checks wait for it; where it is nowhere, each says so by itself.
  executable.catch(() => undefined);
  const variables = setVariables(env);
  const state = agentState(env, homeDir);
  const machine = { platform, env, terminal };
  // The agent leaves folders of its own where temporary files go.
  const trialEnv = { ...env, TMPDIR: scratch };
  const ofHome = once(() => stateOfHome(home));
  return [
    agentCheck({ executable, tried: triedVersion, env: offlineEnvironment(trialEnv, scratch, nobody) }),
    loginCheck({ variables, stateFolder: state, platform, offline }),
    gateCheck(executable, (path, signal) =>
      claudeCanary({ executable: path, caller: trialEnv, deckHome: join(scratch, "deck") }, signal),
    ),
    wallCheck(() => trialWall("auto", workspace, scratch).catch((error: unknown) => without(messageOf(error)))),
    sqliteCheck(home),
    lockCheck(home, ofHome, (signal) => greet(asked, around, signal)),
    logCheck(home, ofHome),
    strayCheck(home, ofHome, reap),
    settingsCheck(home),
    policyCheck(home),
    catalogueCheck(() => listCatalogues(home, around)),
    diskCheck([home, tmpdir()]),
    gitCheck(machine, workspace),
    terminalCheck(machine),
    clipboardCheck(machine),
  ];
}

/** The state of the home is looked at once: two looks at a lock could meet each other. */
function once(look: () => HomeState): () => HomeState {
  let seen: HomeState | undefined;
  return () => (seen ??= look());
}

/** Asks the deck that is at work in the home for how things stand. */
async function greet({ home, workspace, offline }: Examination, around: Process, signal: AbortSignal): Promise<void> {
  const deck = await openDeck({ home, workspace, offline, mode: "attach" }, around);
  const close = (): void => void deck.close();
  signal.addEventListener("abort", close, { once: true });
  try {
    await deck.port.snapshot();
  } finally {
    await deck.close();
  }
}
