import type { Step } from "../src/offline/script.ts";
import type { DeckEvent } from "../src/protocol/event.ts";
import { of } from "../test/kit/deck.ts";
import { medianOf, type Bench, type Measurement, type Stage } from "./measurement.ts";
import { atATime, bareRound, deckRound, type DeckRound, type Taken } from "./round.ts";
import { answerAlone, modelMs, readThenAnswer, tenTasks } from "./ten.ts";
import { firstMessages, stagesOf } from "./timeline.ts";

/**
 * What is compared:
 * - deck: from the `goal.set` command to the `run.closed` event, with an open deck. In it are the daemon's process, its
 *   turns, every construct from start to proven end, the record, and the report.
 * - daemon turns: `duration_ms` of the first and the last turn, the start of the daemon's process included. Turns between
 *   them happen while constructs work and are not taken off.
 * - bare: the same ten first user messages in ten `query()` calls, from the first call to the last result message; all
 *   of them at once, or in turn, that is with as many starting at a time as the deck starts.
 * - ratio: (deck − daemon turns) / bare, of the same round. plain: deck / bare.
 * - cpu: processor time of everything, the ends of the processes included, and the daemon's process in the deck's. It tells what
 *   work was done on a machine whose other load spoils the wall times.
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

interface Round {
  deck: DeckRound;
  atOnce: Taken;
  inTurn: Taken;
}

async function compare(name: string, steps: (index: number) => Step[], stage: Stage): Promise<void> {
  stage.progress(`${name}: warming up`);
  const prompts = firstMessages((await deckRound(steps)).requests);
  if (prompts.length !== tenTasks.length) throw new Error(`${prompts.length} constructs reached the API, not ten`);
  const rounds: Round[] = [];
  for (let index = 0; index < stage.rounds; index += 1) {
    const round = await oneRound(steps, prompts, index);
    rounds.push(round);
    const times = figures.slice(0, 4).map(([figure, , value]) => `${figure} ${Math.round(value(round))} ms`);
    stage.progress(`${name}: round ${index + 1} of ${stage.rounds}: ${times.join(", ")}`);
  }
  for (const [figure, unit, value, note] of figures) {
    stage.emit(medianOf(`${name}.${figure}`, unit, rounds.map(value), note));
  }
  const stages = rounds.map(({ deck }) => stagesOf(deck.events, deck.requests));
  for (const moment of Object.keys(stages[0] ?? {})) {
    const runs = stages.map((round) => round[moment] ?? Number.NaN);
    stage.emit(medianOf(`${name}.stage.${moment}`, "ms", runs));
  }
}

async function oneRound(steps: (index: number) => Step[], prompts: string[], index: number): Promise<Round> {
  const deck = (): Promise<DeckRound> => deckRound(steps);
  const atOnce = (): Promise<Taken> => bareRound(steps, prompts, prompts.length);
  const inTurn = (): Promise<Taken> => bareRound(steps, prompts, atATime);
  // Whoever goes first has the cooler machine: the order is turned round each time, and the deck's neighbour changes.
  if (index % 2 === 0) return { deck: await deck(), atOnce: await atOnce(), inTurn: await inTurn() };
  return { inTurn: await inTurn(), atOnce: await atOnce(), deck: await deck() };
}

const withoutTurns = ({ deck }: Round): number => deck.wall - daemonTurns(deck.events);

const figures: [name: string, unit: Measurement["unit"], value: (round: Round) => number, note: string][] = [
  ["deck", "ms", ({ deck }) => deck.wall, "goal.set to run.closed"],
  ["daemon_turns", "ms", ({ deck }) => daemonTurns(deck.events), "the first and the last turn"],
  ["bare_at_once", "ms", ({ atOnce }) => atOnce.wall, "first query() to last result"],
  ["bare_in_turn", "ms", ({ inTurn }) => inTurn.wall, `the same, ${atATime} starting at a time`],
  ["ratio", "ratio", (round) => withoutTurns(round) / round.atOnce.wall, "(deck - daemon turns) / bare at once"],
  [
    "ratio_in_turn",
    "ratio",
    (round) => withoutTurns(round) / round.inTurn.wall,
    "(deck - daemon turns) / bare in turn",
  ],
  ["ratio_plain", "ratio", ({ deck, atOnce }) => deck.wall / atOnce.wall, "deck / bare at once"],
  ["cpu_deck", "ms", ({ deck }) => deck.cpu, "processor time of deck, agents and API"],
  ["cpu_at_once", "ms", ({ atOnce }) => atOnce.cpu, "processor time of SDK, agents and API"],
  ["cpu_in_turn", "ms", ({ inTurn }) => inTurn.cpu, "processor time of SDK, agents and API"],
  ["turns", "count", ({ deck }) => of(deck.events, "daemon.turn_ended").length, "turns of the daemon"],
];

function daemonTurns(events: DeckEvent[]): number {
  const turns = of(events, "daemon.turn_ended").map((event) => event.body.duration_ms);
  return (turns.at(0) ?? 0) + (turns.length > 1 ? (turns.at(-1) ?? 0) : 0);
}
