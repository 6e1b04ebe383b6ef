import { mkdir } from "node:fs/promises";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type AgentDriver, homeMarkerName } from "../drivers/agent.ts";
import { claudeDriver } from "../drivers/claude/driver.ts";
import { inheritedEnvironment, offlineEnvironment, stateFolder } from "../drivers/claude/environment.ts";
import { findExecutable } from "../drivers/claude/executable.ts";
import { judgeFor } from "../engine/gate/judge.ts";
import { openWritingDeck } from "../host/deck.ts";
import type { DeckOptions, DeckSelf } from "../host/deck-options.ts";
import type { Port } from "../host/port.ts";
import { openEditingDeck } from "../host/editing.ts";
import { openReadingDeck } from "../host/reading.ts";
import { restingPlace } from "../host/tripwire-desk.ts";
import { offlineModel } from "../offline/model.ts";
import { homeMark } from "../store/home.ts";
import { systemTable } from "../process/table.ts";
import { secretValues } from "../store/redaction/secret-variables.ts";
import { type Guardian, startGuardian } from "../process/guardian.ts";
import { startOfflineApi } from "../offline/server.ts";
import { claudeCalibers, lookedUpCalibers } from "./calibers.ts";
import { claudeCanaries } from "./canary.ts";
import type { Process } from "./around.ts";
import { attachDeck } from "./attach-deck.ts";
import { agentAsked, providerDigest } from "./host-fit.ts";
import { mustBeNetrunner } from "./must-be-netrunner.ts";
import { openNodes } from "./open-nodes.ts";
import { openAsking } from "./open-asking.ts";
import { replaceMisfit } from "./reach-host.ts";
import { pluginParts } from "./plugin-parts.ts";
import { cataloguePlaces } from "./open-catalogues.ts";

/** Builds a deck out of its parts: driver, brake, and, offline, the scripted model. */
export async function openDeck(options: DeckOptions, around: Process): Promise<{ port: Port; close(): Promise<void> }> {
  const { home, workspace, mode } = options;
  const secrets = secretValues(around.env);
  if (mode === "read") {
    const place = { ...restingPlace(home, workspace), agentHome: around.homeDir };
    return openReadingDeck(home, judgeFor(place), () => lookedUpCalibers(options, around), {
      version: around.version,
      secrets,
    });
  }
  if (mode === "ask") {
    mustBeNetrunner(around);
    return openAsking(options, around, { offline: offlineProvider, ordinary: ordinaryProvider });
  }
  if (mode === "attach" || mode === "host") return attachDeck({ ...options, mode }, around);
  if (mode === "edit") {
    mustBeNetrunner(around);
    return openEditingDeck(home, { secrets, version: around.version });
  }
  if (mode === "serve") await replaceMisfit(options, around);
  const asked = agentAsked(options, around);
  const named = asked === null ? {} : { claudeBin: asked };
  const own = { ...options, ...named, secrets, self: await selfOf(options, around) };
  const deck = await openWritingDeck(own, async () => {
    const executable = await findExecutable({ asked: options.claudeBin, env: around.env, cwd: around.cwd });
    const provider = options.offline ? await offlineProvider(options, around) : ordinaryProvider(around);
    const guardian = startGuardian(guardianScript);
    const agentHome = provider.env["HOME"] ?? around.homeDir;
    const mark = { [homeMarkerName]: homeMark(home) ?? home };
    const agents = { executable, env: { ...provider.env, ...mark }, guardian };
    const here = claudeDriver(agents);
    const {
      driver = here,
      nodes,
      places,
      isHubStale,
    } = await openFleet(options, { here, agentHome }, around, guardian, provider);
    return {
      driver,
      ...(nodes === undefined ? {} : { nodes }),
      ...(places === undefined ? {} : { places }),
      isHubStale,
      calibers: claudeCalibers(agents, options),
      judgeFor: (place) => judgeFor({ ...place, agentHome, keptProcesses: () => [process.pid, guardian.pid ?? 1] }),
      agentHome,
      agentPath: executable,
      agentState: stateFolder(provider.env, agentHome),
      plugins: pluginParts(around),
      catalogues: { ...cataloguePlaces(around), path: provider.env["PATH"] ?? "" },
      version: around.version,
      canary: claudeCanaries({ executable, guardian, caller: around.env, mark, deckHome: home }),
      async release() {
        await guardian.close();
        await provider.release();
      },
    };
  });
  return { port: deck, close: () => deck.close() };
}

/** A hub that cannot be used must not leave anything behind that was started before it. */
async function openFleet(
  options: DeckOptions,
  agents: { here: AgentDriver; agentHome: string },
  around: Process,
  guardian: Guardian,
  provider: Provider,
): ReturnType<typeof openNodes> {
  try {
    return await openNodes(options, agents, around);
  } catch (error) {
    await guardian.close();
    await provider.release();
    throw error;
  }
}

async function selfOf({ mode, offline }: DeckOptions, { env, version }: Process): Promise<DeckSelf> {
  const entry = await systemTable().find(process.pid);
  const kind = mode === "serve" ? "host" : "embedded";
  return { kind, version, started: entry?.started ?? null, provider: providerDigest(offline, env) };
}

/** Beside this file, as source or built. */
export const guardianScript = fileURLToPath(new URL(`./guardian${extname(import.meta.url)}`, import.meta.url));

interface Provider {
  env: Record<string, string>;
  release: () => Promise<void>;
}

export function ordinaryProvider(around: Process): Provider {
  return { env: inheritedEnvironment(around.env), release: () => Promise.resolve() };
}

/** The scripted model on loopback, and a HOME of the agents' own in the deck's folder. */
export async function offlineProvider(options: Pick<DeckOptions, "home">, around: Process): Promise<Provider> {
  const home = join(options.home, "offline-home");
  await mkdir(home, { recursive: true, mode: 0o700 });
  const api = await startOfflineApi({ answer: offlineModel() });
  return { env: offlineEnvironment(around.env, home, api.url), release: () => api.close() };
}
