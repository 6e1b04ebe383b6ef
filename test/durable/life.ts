import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { AgentDriver } from "../../src/drivers/agent.ts";
import { Deck } from "../../src/host/deck.ts";
import { defaultSettings, type RunSettings } from "../../src/protocol/settings.ts";
import { openStore } from "../../src/store/event-log.ts";
import { acquireLock } from "../../src/store/lock.ts";
import { mortal, type Death } from "./death.ts";
import { netrunner } from "./netrunner.ts";
import type { Scenario } from "./scenario.ts";

export interface LifeParts {
  folder: string;
  scenario: Scenario;
  death: Death | undefined;
  driver: AgentDriver;
  /** Ends this process as `kill -9` does, and whatever else is to die with it. */
  die: () => void;
}

/** One life of a deck: opens the home, begins the scenario's goal or goes on with it, until the run is closed or it dies. */
export async function live({ folder, scenario, death, driver, die }: LifeParts): Promise<void> {
  const workspace = join(folder, "workspace");
  const home = join(workspace, ".cyberdeck");
  mkdirSync(workspace, { recursive: true });
  const lock = acquireLock(home);
  const store = openStore(home);
  const before = store.lastSeq();
  const [run] = store.runs();
  const isClosed = run !== undefined && [...store.eventsOf(run)].at(-1)?.type === "run.closed";
  const held = {
    [Symbol.dispose]() {
      store.close();
      lock.release();
    },
  };
  const deck = new Deck(
    { workspace, home, mode: "write", offline: true, noLock: true },
    {
      driver,
      agentHome: join(folder, "agent-home"),
      judgeFor: () => (call) => ({
        decision: JSON.stringify(call.input).includes(" held") ? "hold" : "allow",
        rule: "test",
        reason: "a test",
        effects: [],
      }),
      memory: () => ({ free: 1e12, total: 1e12 }),
      version: "0.0.0-test",
      release: () => Promise.resolve(),
    },
    mortal(store, death, die),
    held,
  );
  await deck.takeOver(lock.left);
  // It died after the closing: there is nothing to go on with.
  if (isClosed) return deck.close();
  const opened =
    run === undefined
      ? await deck.send({ type: "goal.set", goal: scenario.goal, settings: settingsOf(scenario), command_line: [] })
      : await deck.send({ type: "run.resume", run, command_line: [] });
  const person = netrunner(scenario);
  for await (const event of deck.follow(0)) {
    if (event.run !== opened.run) continue;
    const isLive = event.seq > before;
    for (const command of person.see(event, isLive))
      deck.send(command).catch(() => "what it is about has ended meanwhile, or the deck has");
    if (event.type === "run.closed" && isLive) break;
  }
  await deck.close();
}

const settingsOf = ({ pool, hasAuthor }: Scenario): RunSettings => ({
  ...defaultSettings(2),
  offline: true,
  sandbox: "off",
  max_concurrent: 3,
  max_starting: 2,
  pool,
  hold_window_ms: null,
  tripwire_author: hasAuthor ? { model: "haiku", effort: "low" } : "off",
});
