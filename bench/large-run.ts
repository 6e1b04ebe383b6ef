import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { Fault } from "../src/base/fault.ts";
import type { AgentDriver } from "../src/drivers/agent.ts";
import { openWritingDeck, type Deck } from "../src/host/deck.ts";
import { flatEvent, type EventDraft } from "../src/protocol/event.ts";
import { noTokens } from "../src/protocol/outcome.ts";
import { defaultSettings } from "../src/protocol/settings.ts";
import { openStore } from "../src/store/event-log.ts";
import { openRunFolder } from "../src/store/run-folder.ts";
import { anOutcome } from "../test/kit/outcome.ts";

const constructs = 100;
const events = 100_000;
/** So many of the constructs were in the middle of their work when the deck died. */
const atWork = 10;

/** A deck that has everything but agents. */
export const openBareDeck = (workspace: string, home: string): Promise<Deck> =>
  openWritingDeck({ workspace, home, mode: "write", offline: true }, () =>
    Promise.resolve({
      driver: noAgent,
      agentHome: join(workspace, "agent-home"),
      judgeFor: () => () => ({ decision: "allow", rule: "bench", reason: "", effects: [] }),
      version: "0.0.0-bench",
      release: () => Promise.resolve(),
    }),
  );

/** Its agents cannot be started: what they would take is measured elsewhere. */
const noAgent: AgentDriver = {
  name: "none",
  can: { interrupt: true, resume: true, structuredOutput: true },
  open: () => Promise.reject(new Fault("agent", "bench.none", "there is no agent in this bench")),
  models: () => Promise.reject(new Fault("agent", "bench.none", "there is no agent in this bench")),
};

/** Writes the record of a run of 100 constructs and 100,000 events whose deck has died, and gives its id. */
export async function writeLargeRun(home: string, workspace: string): Promise<string> {
  const store = openStore(home);
  const { run, path } = await openRunFolder(home, Date.now());
  const settings = { ...defaultSettings(2), offline: true, sandbox: "off" as const, tripwire_author: "off" as const };
  const drafts = [...log({ run, workspace, folder: path, settings })];
  const lines: string[] = [];
  for (let from = 0; from < drafts.length; from += 5000)
    for (const event of store.append(drafts.slice(from, from + 5000), { synced: false }))
      lines.push(`${JSON.stringify(flatEvent(event))}\n`);
  writeFileSync(join(path, "events.ndjson"), lines.join(""));
  store.close();
  return run;
}

interface Opening {
  run: string;
  workspace: string;
  folder: string;
  settings: ReturnType<typeof defaultSettings>;
}

/** As a deck would have written it: calls with their verdicts and results, words, and what was used. */
function* log({ run, ...place }: Opening): Generator<EventDraft> {
  const of = (source: string) => ({ run, source });
  const caliber = { model: "sonnet", effort: "high" } as const;
  const opened = { kind: "goal" as const, ...place, deck: "0", command_line: [] as string[] };
  yield { ...of("engine"), type: "run.opened", body: opened };
  yield { ...of("engine"), type: "goal.set", body: { goal: "Much." } };
  const text = "A sentence as agents say it, again and again. ".repeat(6);
  const rounds = Math.floor(events / constructs / 5);
  for (let index = 0; index < constructs; index += 1) {
    const construct = `cx-${String(index).padStart(8, "0")}`;
    const note = of(construct);
    const spec = { task: `Task ${index}.`, origin: "daemon" as const, parent: null, caliber, after: [] as string[] };
    yield {
      ...of("engine"),
      type: "construct.queued",
      body: { construct, ...spec, profile: "default", plugins: null },
    };
    yield { ...note, type: "construct.started", body: { construct, pid: 1, command: "claude", place: null } };
    yield { ...note, type: "construct.ready", body: { construct, session_id: `session-${index}`, model: "sonnet" } };
    for (let round = 0; round < rounds; round += 1) {
      const call = `call-${index}-${round}`;
      const input = `echo ${round} >> /tmp/file`;
      yield { ...note, type: "construct.said", body: { construct, text } };
      yield { ...note, type: "construct.tool_called", body: { construct, call, tool: "Bash", input } };
      const verdict = { decision: "allow" as const, rule: "bench", rules: ["bench"], reason: "", latency_ms: 1 };
      yield { ...note, type: "gate.judged", body: { construct, call, tool: "Bash", input, ...verdict } };
      const used = { model: "sonnet", requests: 1, cost_usd: 0.001, tokens: noTokens } as const;
      yield { ...note, type: "agent.used", body: { agent: construct, role: "construct", ...used } };
      yield { ...note, type: "construct.tool_returned", body: { construct, call, failed: false, text } };
    }
    if (index >= constructs - atWork) continue;
    yield {
      ...note,
      type: "construct.ended",
      body: { construct, outcome: anOutcome({ id: construct, task: spec.task, result: text }) },
    };
  }
}
