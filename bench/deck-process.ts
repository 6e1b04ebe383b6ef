// A deck in a process of its own, for deck-load.ts: its API is elsewhere, so that its figures are the deck's alone.
// argv: a folder, the URL of the API, the tasks as JSON. Tells its parent how it is, as `Sign` messages.
import { mkdirSync } from "node:fs";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { claudeDriver } from "../src/drivers/claude/driver.ts";
import { offlineEnvironment } from "../src/drivers/claude/environment.ts";
import { judgeFor } from "../src/engine/gate/judge.ts";
import { openWritingDeck } from "../src/host/deck.ts";
import { defaultSettings } from "../src/protocol/settings.ts";
import { agentExecutable } from "./machine.ts";

/** `loaded`: everything is there, no goal yet. `busy`: the tenth construct is ready. `ending`: the first one ends. */
export type SignName = "loaded" | "busy" | "ending" | "closed";
export interface Sign {
  sign: SignName;
  /** Microseconds of processor time so far. */
  cpu: number;
  rss: number;
  at: number;
  /** The agents' process ids so far. */
  pids: number[];
  events: number;
}

const [folder = "", apiUrl = "", tasks = "[]"] = process.argv.slice(2);
await main();

async function main(): Promise<void> {
  const workspace = join(folder, "workspace");
  const agentHome = join(folder, "agent-home");
  for (const path of [workspace, agentHome]) mkdirSync(path, { recursive: true });
  const executable = await agentExecutable();
  const driver = claudeDriver({ executable, env: offlineEnvironment(process.env, agentHome, apiUrl) });
  const home = join(workspace, ".cyberdeck");
  const deck = await openWritingDeck({ workspace, home, mode: "write", offline: true }, () =>
    Promise.resolve({
      driver,
      judgeFor: (place) => judgeFor({ ...place, agentHome }),
      agentHome,
      version: "0.0.0-bench",
      release: () => Promise.resolve(),
    }),
  );
  // The agents' SDK is loaded with the first session; it is not part of what a construct costs.
  await import("@anthropic-ai/claude-agent-sdk");
  const pids: number[] = [];
  let events = 0;
  let ready = 0;
  let isEnding = false;
  const tell = (sign: SignName): void => {
    const { user, system } = process.cpuUsage();
    process.send?.({ sign, cpu: user + system, rss: process.memoryUsage.rss(), at: Date.now(), pids, events });
  };
  const wanted = z.array(z.string()).parse(JSON.parse(tasks));
  tell("loaded");
  const settings = { ...defaultSettings(availableParallelism()), offline: true };
  const { afterSeq } = await deck.send({ type: "spawn", tasks: wanted, settings, command_line: [] });
  for await (const event of deck.follow(afterSeq)) {
    events += 1;
    if (event.type === "construct.started") pids.push(event.body.pid);
    if (event.type === "construct.ready") {
      ready += 1;
      if (ready === wanted.length) tell("busy");
    }
    if (event.type === "construct.ending" && !isEnding) {
      isEnding = true;
      tell("ending");
    }
    if (event.type === "run.closed") break;
  }
  await deck.close();
  tell("closed");
  process.disconnect?.();
}
