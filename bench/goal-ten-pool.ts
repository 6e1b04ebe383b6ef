import { pause } from "../src/base/clock.ts";
import type { Answerer } from "../src/offline/reply.ts";
import { isDaemon, type Step } from "../src/offline/script.ts";
import type { DeckEvent } from "../src/protocol/event.ts";
import { of, openTestDeck } from "../test/kit/deck.ts";
import { medianOf, type Bench, type Measurement, type Stage } from "./measurement.ts";
import { timeProcessor } from "./processor.ts";
import { atATime, bareRound, deckRound, type Taken } from "./round.ts";
import { answerAlone, readThenAnswer, tenFiles, tenScript, tenTasks } from "./ten.ts";
import { firstMessages } from "./timeline.ts";

/** From the last agent that is ready to the first task, milliseconds: both sides begin on a machine at rest. */
const restMs = 1500;

/**
 * What is compared, both with ten agents that are up and have nothing to do:
 * - deck: from the first `construct.queued` (the daemon's reply has just come) to the tenth result. Everything that a deck does with
 *   a construct is in it: gate, record, transcripts, files, and the ends of the first ones while the last ones work.
 * - bare: the same ten first user messages, sent at once to ten ready sessions of the Agent SDK, to the tenth result.
 * - ratio: deck / bare of the same round. The daemon's turns and the close of the run come before and after, and are in `goal.ten`.
 */
export const goalTenPool: Bench = {
  name: "goal.ten.pool",
  about: "ten constructs from a pool of ten, beside ten bare SDK sessions that are up",
  async run(stage) {
    await compare("goal.ten.pool", answerAlone, stage);
    await compare("goal.ten.pool.reading", readThenAnswer, stage);
  },
};

interface Round {
  deck: Taken;
  bare: Taken;
}

async function compare(name: string, steps: (index: number) => Step[], stage: Stage): Promise<void> {
  stage.progress(`${name}: warming up`);
  const prompts = firstMessages((await deckRound(steps)).requests);
  const rounds: Round[] = [];
  for (let index = 0; index < stage.rounds; index += 1) {
    const deck = (): Promise<Taken> => warmDeckRound(steps);
    const bare = (): Promise<Taken> => bareRound(steps, prompts, "ready");
    // Whoever goes first has the cooler machine: the order is turned round each time.
    const first = index % 2 === 0 ? await deck() : await bare();
    const second = index % 2 === 0 ? await bare() : await deck();
    const round = index % 2 === 0 ? { deck: first, bare: second } : { deck: second, bare: first };
    rounds.push(round);
    const times = `deck ${Math.round(round.deck.wall)} ms, bare ${Math.round(round.bare.wall)} ms`;
    stage.progress(`${name}: round ${index + 1} of ${stage.rounds}: ${times}`);
  }
  for (const [figure, unit, value, note] of figures)
    stage.emit(medianOf(`${name}.${figure}`, unit, rounds.map(value), note));
}

const figures: [name: string, unit: Measurement["unit"], value: (round: Round) => number, note: string][] = [
  ["deck", "ms", ({ deck }) => deck.wall, "first construct.queued to the tenth result"],
  ["bare", "ms", ({ bare }) => bare.wall, "first message to the tenth result, ten ready sessions"],
  ["ratio", "ratio", ({ deck, bare }) => deck.wall / bare.wall, "deck / bare ready"],
  ["cpu_deck", "ms", ({ deck }) => deck.cpu, "processor time of the whole goal, agents' starts included"],
  ["cpu_bare", "ms", ({ bare }) => bare.cpu, "processor time of the sessions, their starts included"],
];

/** The goal of the ten tasks; its daemon answers when ten spares are up. */
async function warmDeckRound(steps: (index: number) => Step[]): Promise<Taken> {
  const isWarm = Promise.withResolvers<void>();
  const script = tenScript(steps);
  const answer: Answerer = async (request) => {
    if (isDaemon(request) && request.lastUserText.startsWith("GOAL:")) await isWarm.promise;
    return script(request);
  };
  const settings = { max_starting: atATime, pool: tenTasks.length };
  await using kit = await openTestDeck({ answer, files: tenFiles, settings });
  const { result: events, cpu } = await timeProcessor(async () => {
    const opened = await kit.startGoal("Sum up the ten notes.");
    let ready = 0;
    const before = await kit.eventsUntil(opened.afterSeq, ({ type }) => {
      if (type === "pool.ready") ready += 1;
      return ready === tenTasks.length;
    });
    await pause(restMs);
    isWarm.resolve();
    return kit.untilClosed(before.at(-1)?.seq ?? 0);
  });
  const hits = of(events, "pool.hit").length;
  if (hits !== tenTasks.length) throw new Error(`${hits} constructs took a spare, not ten`);
  return { wall: lastResult(events) - (of(events, "construct.queued")[0]?.at ?? Number.NaN), cpu };
}

const lastResult = (events: readonly DeckEvent[]): number =>
  Math.max(...of(events, "construct.ending").map(({ at }) => at));
