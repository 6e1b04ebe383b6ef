import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { availableParallelism, tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { startOfflineApi } from "../src/offline/server.ts";
import type { DeckEvent } from "../src/protocol/event.ts";
import type { Step } from "../src/offline/script.ts";
import { of, openTestDeck } from "../test/kit/deck.ts";
import { runBare } from "./bare.ts";
import { medianOf, type Bench, type Stage } from "./measurement.ts";
import { answerAlone, modelMs, readThenAnswer, tenFiles, tenScript, tenTasks } from "./ten.ts";
import { firstMessages, stagesOf, type Stages } from "./timeline.ts";

/**
 * What is compared:
 * - deck: from the `goal.set` command to the `run.closed` event, with an open deck. In it are the daemon's process, its
 *   turns, every construct from start to proven end, the record, and the report.
 * - daemon turns: `duration_ms` of the first and the last turn, the start of the daemon's process included. Turns between
 *   them happen while constructs work and are not taken off.
 * - bare: the same ten first user messages in ten `query()` calls, from the first call to the last result message.
 * - ratio: (deck − daemon turns) / bare, of the same round. plain: deck / bare.
 * The three ways take turns at going first, in the same process, against the same kind of API.
 */
export const goalTen: Bench = {
  name: "goal.ten",
  about: `ten constructs at ${modelMs} ms a model reply, beside ten bare SDK sessions`,
  async run(stage) {
    await compare("goal.ten", answerAlone, stage);
    await compare("goal.ten.reading", readThenAnswer, stage);
  },
};

type Way = "deck" | "at once" | "in turn";
interface Round {
  deck: number;
  /** Milliseconds of the first and the last turn. */
  turns: number;
  turnCount: number;
  atOnce: number;
  inTurn: number;
  stages: Stages;
}

async function compare(
  name: string,
  steps: (index: number) => Step[],
  { emit, progress, rounds }: Stage,
): Promise<void> {
  progress(`${name}: warming up`);
  const warm = await deckRound(steps);
  const prompts = firstMessages(warm.requests);
  if (prompts.length !== tenTasks.length) throw new Error(`${prompts.length} constructs reached the API, not ten`);
  const all: Round[] = [];
  for (let index = 0; index < rounds; index += 1) {
    const round = await oneRound(steps, prompts, orders[index % orders.length] ?? ["deck", "at once", "in turn"]);
    progress(
      `${name}: round ${index + 1} of ${rounds}: deck ${show(round.deck)}, of it turns ${show(round.turns)}; bare at once ${show(round.atOnce)}, in turn ${show(round.inTurn)}`,
    );
    all.push(round);
  }
  const pick = (value: (round: Round) => number): number[] => all.map(value);
  const rest = (round: Round): number => round.deck - round.turns;
  emit(
    medianOf(
      `${name}.deck`,
      "ms",
      pick((round) => round.deck),
      "goal.set to run.closed",
    ),
  );
  emit(
    medianOf(
      `${name}.daemon_turns`,
      "ms",
      pick((round) => round.turns),
      "the first and the last turn",
    ),
  );
  emit(
    medianOf(
      `${name}.bare_at_once`,
      "ms",
      pick((round) => round.atOnce),
      "first query() to last result",
    ),
  );
  emit(
    medianOf(
      `${name}.bare_in_turn`,
      "ms",
      pick((round) => round.inTurn),
      `${atATime} starting at a time`,
    ),
  );
  emit(
    medianOf(
      `${name}.ratio`,
      "ratio",
      pick((round) => rest(round) / round.atOnce),
      "(deck - daemon turns) / bare at once",
    ),
  );
  emit(
    medianOf(
      `${name}.ratio_in_turn`,
      "ratio",
      pick((round) => rest(round) / round.inTurn),
      "(deck - daemon turns) / bare in turn",
    ),
  );
  emit(
    medianOf(
      `${name}.ratio_plain`,
      "ratio",
      pick((round) => round.deck / round.atOnce),
      "deck / bare at once",
    ),
  );
  emit(
    medianOf(
      `${name}.turns`,
      "count",
      pick((round) => round.turnCount),
      "turns of the daemon",
    ),
  );
  for (const stage of Object.keys(all[0]?.stages ?? {})) {
    emit(
      medianOf(
        `${name}.stage.${stage}`,
        "ms",
        pick((round) => round.stages[stage] ?? Number.NaN),
      ),
    );
  }
}

const atATime = availableParallelism();

/** Whoever goes first has the cooler machine: each way gets each place equally often. */
const orders: Way[][] = [
  ["deck", "at once", "in turn"],
  ["in turn", "at once", "deck"],
  ["at once", "deck", "in turn"],
  ["in turn", "deck", "at once"],
];

async function oneRound(steps: (index: number) => Step[], prompts: string[], order: Way[]): Promise<Round> {
  const round: Round = { deck: 0, turns: 0, turnCount: 0, atOnce: 0, inTurn: 0, stages: {} };
  for (const way of order) {
    if (way === "at once") round.atOnce = await bareRound(steps, prompts, prompts.length);
    else if (way === "in turn") round.inTurn = await bareRound(steps, prompts, atATime);
    else {
      const { wall, events, requests } = await deckRound(steps);
      round.deck = wall;
      round.turns = daemonTurns(events);
      round.turnCount = of(events, "daemon.turn_ended").length;
      round.stages = stagesOf(events, requests);
    }
  }
  return round;
}

async function deckRound(
  steps: (index: number) => Step[],
): Promise<{ wall: number; events: DeckEvent[]; requests: Parameters<typeof firstMessages>[0] }> {
  await using kit = await openTestDeck({
    answer: tenScript(steps),
    files: tenFiles,
    settings: { max_starting: atATime },
  });
  const began = performance.now();
  const events = await kit.runGoal("Sum up the ten notes.");
  const wall = performance.now() - began;
  const status = of(events, "run.closed")[0]?.body.status;
  if (status !== "done") throw new Error(`the run ended as ${status ?? "nothing"}`);
  return { wall, events, requests: [...kit.api.requests] };
}

async function bareRound(steps: (index: number) => Step[], prompts: string[], mostStarting: number): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), "deck-bench-"));
  const workspace = join(folder, "workspace");
  const agentHome = join(folder, "agent-home");
  mkdirSync(agentHome);
  for (const [path, text] of Object.entries(tenFiles)) {
    mkdirSync(dirname(join(workspace, path)), { recursive: true });
    writeFileSync(join(workspace, path), text);
  }
  const api = await startOfflineApi({ answer: tenScript(steps) });
  try {
    return await runBare({ workspace, agentHome, apiUrl: api.url, prompts, mostStarting });
  } finally {
    await api.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

function daemonTurns(events: DeckEvent[]): number {
  const turns = of(events, "daemon.turn_ended").map((event) => event.body.duration_ms);
  return (turns.at(0) ?? 0) + (turns.length > 1 ? (turns.at(-1) ?? 0) : 0);
}

const show = (ms: number): string => `${Math.round(ms)} ms`;
