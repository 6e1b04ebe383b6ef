import { call, say } from "../src/offline/reply.ts";
import type { Step } from "../src/offline/script.ts";
import { isDaemon } from "../src/offline/script.ts";
import type { RunSettings } from "../src/protocol/settings.ts";
import { of, openTestDeck } from "../test/kit/deck.ts";
import { medianOf, type Bench, type Stage } from "./measurement.ts";
import { deckRound } from "./round.ts";
import { answerAlone } from "./ten.ts";

/** Shell commands that one construct runs, one after the other. */
const commandsEach = 20;

/**
 * The same with the wall and without it, in turn:
 * - ten: the goal of ten constructs that each run one shell command, from `goal.set` to `run.closed`. (Processor time cannot
 *   be compared: what ends with its namespace is not counted to anybody.)
 * - start: from `construct.started` to `construct.ready` of one construct alone.
 * - command: from a model's call of a shell command that does nothing to the agent's next request, one construct alone.
 */
export const wall: Bench = {
  name: "wall",
  about: "the operating system's wall: what it costs ten constructs, a start and a shell command",
  async run(stage) {
    const ways = ["on", "off"] as const;
    const found = new Map<string, number[]>();
    const keep = (figure: string, value: number): void => void found.set(figure, [...(found.get(figure) ?? []), value]);
    for (let round = 0; round < stage.rounds; round += 1) {
      for (const sandbox of round % 2 === 0 ? ways : ways.toReversed()) {
        const { wall: ms } = await deckRound(commandThenAnswer, { sandbox });
        keep(`wall.ten.${sandbox}`, ms);
        await alone(sandbox, keep);
        stage.progress(`wall ${sandbox}: round ${round + 1} of ${stage.rounds}: ten in ${Math.round(ms)} ms`);
      }
    }
    publish(found, stage);
  },
};

const commandThenAnswer = (index: number): Step[] => [call("Bash", { command: "true" }), ...answerAlone(index)];

async function alone(sandbox: RunSettings["sandbox"], keep: (figure: string, value: number) => void): Promise<void> {
  const asked: number[] = [];
  await using kit = await openTestDeck({
    settings: { sandbox },
    answer(request) {
      if (isDaemon(request)) return say("none");
      asked.push(performance.now());
      return asked.length <= commandsEach ? call("Bash", { command: "true" }) : say("Done.");
    },
  });
  const events = await kit.runTasks(["Run commands."]);
  const [started, ready] = [of(events, "construct.started")[0]?.at, of(events, "construct.ready")[0]?.at];
  keep(`wall.start.${sandbox}`, (ready ?? Number.NaN) - (started ?? Number.NaN));
  // The first command also makes the agent look at the user's shell.
  const gaps = asked.slice(2).map((at, index) => at - (asked[index + 1] ?? at));
  keep(
    `wall.command.${sandbox}`,
    gaps.toSorted((one, other) => one - other)[Math.floor(gaps.length / 2)] ?? Number.NaN,
  );
}

function publish(found: Map<string, number[]>, stage: Stage): void {
  for (const [figure, runs] of found) stage.emit(medianOf(figure, "ms", runs));
}
