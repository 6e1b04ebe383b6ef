import { join } from "node:path";
import { call, say, type Answerer } from "../src/offline/reply.ts";
import { cabinet } from "../test/cabinet/cabinet.ts";
import { eventually, of, openTestDeck, type TestDeckOptions } from "../test/kit/deck.ts";
import { killRows, layOut, leastOf, pidsOf, type KillRow } from "../test/survivors/kill-rows.ts";
import { spreadOf, type Bench, type Stage } from "./measurement.ts";

/** So many are at work at the same time; one of them is killed at a time. */
const atOnce = 4;

const imitations = 180;
const realAgents = 20;

/**
 * From the command that kills a construct to its recorded end, which comes only when two looks at the whole machine have found
 * nothing of it: over all rows of the kill matrix, each construct in the middle of its command, four at work at a time.
 */
export const killLatency: Bench = {
  name: "kill.latency",
  about: "from a kill to the proof that nothing is left, over the rows of the kill matrix",
  async run(stage) {
    const imitated = await killAll(imitations, stage, {
      claudeBin: cabinet("runner"),
    });
    const real = await killAll(realAgents, stage, { answer: obeys });
    const about = `${atOnce} at work`;
    for (const figure of spreadOf("kill.latency", "ms", [...imitated, ...real], about)) stage.emit(figure);
    for (const figure of spreadOf("kill.latency.real", "ms", real, `the real agent; ${about}`)) stage.emit(figure);
  },
};

const rows = Object.keys(killRows).filter((row): row is KillRow => Object.hasOwn(killRows, row));

const obeys: Answerer = ({ firstUserText }) => {
  const command = /^RUN: (.*)$/m.exec(firstUserText)?.[1];
  return command === undefined ? say("There is nothing to run.") : call("Bash", { command });
};

async function killAll(times: number, { progress }: Stage, options: TestDeckOptions): Promise<number[]> {
  await using kit = await openTestDeck({
    ...options,
    judge: () => () => ({ decision: "allow", rule: "bench", reason: "The bench allows it.", effects: [] }),
    settings: { max_concurrent: atOnce, max_starting: 2, max_spawns: 0, sandbox: "off" },
  });
  const plan = Array.from({ length: times }, (_, index) => {
    const row = rows[index % rows.length] ?? "nohup";
    const folder = join(kit.workspace, `row-${index}`);
    return { row, folder, task: `RUN: ${layOut(row, folder)}` };
  });
  const tasks = plan.map(({ task }) => task);
  const opened = await kit.deck.send({ type: "spawn", tasks, settings: kit.settings, command_line: [] });
  let seen = opened.afterSeq;
  const ids: string[] = [];
  const samples: number[] = [];
  for (const [index, { row, folder }] of plan.entries()) {
    while (ids[index] === undefined) {
      const events = await kit.eventsUntil(seen, ({ type }) => type === "construct.queued");
      seen = events.at(-1)?.seq ?? seen;
      ids.push(...of(events, "construct.queued").map(({ body }) => body.construct));
    }
    const construct = ids[index];
    await eventually(() => pidsOf(folder).length >= leastOf(row), `${row} is at work`);
    const from = (await kit.deck.snapshot())?.lastSeq ?? opened.afterSeq;
    const began = performance.now();
    await kit.deck.send({ type: "construct.kill", construct });
    await kit.eventsUntil(from, (event) => event.type === "construct.ended" && event.body.construct === construct);
    samples.push(performance.now() - began);
    if (index % 20 === 19) progress(`${index + 1} of ${times} ended`);
  }
  const warned = of(await kit.untilClosed(opened.afterSeq), "deck.warned").filter(
    ({ body }) => body.code === "stop.unproven",
  );
  if (warned.length > 0) throw new Error(`${warned.length} kills were not proven`);
  return samples;
}
