import { pause } from "../../src/base/clock.ts";
import { isAuthor, propose } from "../../src/offline/author.ts";
import { block, call, say, slow, type Answerer } from "../../src/offline/reply.ts";
import { isDaemon } from "../../src/offline/script.ts";
import { heading } from "../../src/protocol/briefing.ts";
import type { DeckEvent } from "../../src/protocol/event.ts";
import { of } from "../../test/kit/deck.ts";
import { openSoak, soakPool, type SoakScene } from "../../test/nodes/soak/scene.ts";
import { medianOf, type Bench } from "../measurement.ts";

/** Of the machine alone, and of each of the nodes. */
const slots = 2;
const nodes = 3;
const tasks = 18;
/** What a model takes for an answer, milliseconds: with the real agent's three answers, most of a construct's time. */
const modelMs = 5000;

/**
 * The same goal of real agents with as many slots on the host's own machine alone, then on three nodes with as many slots each. All of
 * them share the processor of this machine, so slots are what is compared, and what it costs that agents are elsewhere.
 */
export const hubThroughput: Bench = {
  name: "hub.throughput",
  about: `${tasks} real agents on one machine with ${slots} slots, and on ${nodes} nodes with ${slots} each; some minutes`,
  async run({ emit, progress, rounds }) {
    await using scene = await openSoak({ nodes, slots, isReal: true, answer: answerTasks });
    await scene.startHost();
    await Promise.all(scene.nodes.map((node) => node.start()));
    const runs = { here: [] as number[], nodes: [] as number[], ratio: [] as number[] };
    for (let round = 0; round < Math.min(rounds, mostRounds); round += 1) {
      progress(`round ${round + 1}: on this machine alone`);
      const here = await constructsAMinute(scene, "here", slots);
      progress(`round ${round + 1}: on ${nodes} nodes`);
      const away = await constructsAMinute(scene, soakPool, nodes * slots);
      runs.here.push(here);
      runs.nodes.push(away);
      runs.ratio.push(away / here);
    }
    await scene.cyberdeck("host", "stop");
    const note = `constructs a minute from first start to last outcome; a model of ${modelMs / 1000} s an answer`;
    emit(medianOf("hub.throughput.one_machine", "count", runs.here, `${slots} slots; ${note}`));
    emit(medianOf("hub.throughput.three_nodes", "count", runs.nodes, `${nodes} times ${slots} slots; ${note}`));
    emit(medianOf("hub.throughput.ratio", "ratio", runs.ratio, `${nodes} is what slots alone would give`));
  },
};

/** A round takes minutes. */
const mostRounds = 2;

const answerTasks: Answerer = (request) => {
  if (isAuthor(request)) return propose([], request);
  if (isDaemon(request)) {
    const spawns = Array.from({ length: tasks }, (_, index) => ({
      type: "spawn" as const,
      task: `Look at ${words[index % words.length]} number ${index} and say what it is.`,
    }));
    if (request.lastUserText.includes(heading.goal)) return block({ actions: spawns, status: "waiting" });
    return block({ status: request.lastUserText.includes("Nothing else is in flight") ? "done" : "waiting" });
  }
  const isDone = request.toolResults.length > 0;
  return slow(modelMs, isDone ? say("It is there.") : call("Bash", { command: "echo seen" }));
};

/** Tasks that are nearly the same look like one that is started in vain again and again. */
const words = ["the parser", "a network", "one login", "the table", "an image", "a queue", "the ledger"];

/** The hold of a goal that stands still is not what is measured: it ends with an error after this, milliseconds. */
const mostMs = 400_000;

async function constructsAMinute(scene: SoakScene, on: string, concurrent: number): Promise<number> {
  const flags = `--detach --on ${on} --max-spawns 0 --pool 0 --tripwire-author off --sandbox off`.split(" ");
  const more = ["--max-concurrent", String(concurrent), "--brake", "default"];
  const opened = await scene.cyberdeck("run", ...flags, ...more, `Look at ${tasks} things on ${on}.`);
  const run = /run-\d{8}-\d{6}-[0-9a-f]{4}/.exec(opened.output)?.[0];
  if (run === undefined) throw new Error(`no run was opened: ${opened.output}`);
  const until = performance.now() + mostMs;
  for (;;) {
    const events = scene.eventsOf(run);
    if (events.some(({ type }) => type === "run.closed")) return rateOf(events);
    if (performance.now() > until) throw new Error(`the goal on ${on} is still open after ${mostMs / 1000} s`);
    await pause(500);
  }
}

function rateOf(events: readonly DeckEvent[]): number {
  const ended = of(events, "construct.ended");
  const done = ended.filter(({ body }) => body.outcome.state === "done").length;
  if (done !== tasks) throw new Error(`${done} of ${tasks} constructs were done`);
  const first = Math.min(...of(events, "construct.started").map(({ at }) => at));
  const last = Math.max(...ended.map(({ at }) => at));
  return (done * 60_000) / (last - first);
}
