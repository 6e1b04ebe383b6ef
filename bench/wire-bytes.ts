import { isDaemon } from "../src/offline/script.ts";
import { z } from "zod";
import { openTestDeck } from "../test/kit/deck.ts";
import type { Bench, Measurement } from "./measurement.ts";
import { answerAlone, tenFiles, tenScript, tenTasks } from "./ten.ts";
import { constructRequests, messageRequests } from "./timeline.ts";

/**
 * The size of first requests, and how much of them ten constructs share. The provider caches a prompt in the order
 * tools, system, messages, whatever their order in the body is; so the shared prefix is measured in that order.
 */
export const wireBytes: Bench = {
  name: "wire.bytes",
  about: "size of the first requests, and the prefix that ten constructs share",
  async run({ emit }) {
    await using kit = await openTestDeck({ answer: tenScript(answerAlone, 0), files: tenFiles });
    await kit.runGoal("Sum up the ten notes.");
    const daemon = messageRequests(kit.api.requests).find(({ request }) => isDaemon(request));
    const firsts = firstOfEach(constructRequests(kit.api.requests));
    if (daemon === undefined || firsts.length !== tenTasks.length) throw new Error("a first request is missing");
    const texts = firsts.map(({ seen }) => Buffer.from(inCacheOrder(seen.body)));
    const [one = Buffer.alloc(0)] = texts;
    const shared = sharedPrefix(texts);
    const task = Math.max(...tenTasks.map((text) => one.indexOf(JSON.stringify(text).slice(1, -1))));
    if (task === -1) throw new Error("no task is in the first construct's request");
    emit(bytes("wire.bytes.daemon", [daemon.seen.bytes], "body of the daemon's first request"));
    emit(
      bytes(
        "wire.bytes.construct",
        firsts.map(({ seen }) => seen.bytes),
        "body of a construct's first request",
      ),
    );
    emit(bytes("wire.bytes.shared", [shared], `tools, system and messages that all ten share; ${around(one, shared)}`));
    emit(bytes("wire.bytes.task_at", [task], "where the task text begins, counted in the same way"));
    emit(bytes("wire.bytes.unshared_before_task", [Math.max(0, task - shared)], "0: the cache reaches up to the task"));
  },
};

const bytes = (bench: string, runs: number[], note: string): Measurement => ({
  bench,
  value: Math.max(...runs),
  unit: "bytes",
  runs,
  note,
});

function firstOfEach<T extends { request: { conversation: string } }>(requests: T[]): T[] {
  const seen = new Map<string, T>();
  for (const item of requests) if (!seen.has(item.request.conversation)) seen.set(item.request.conversation, item);
  return [...seen.values()];
}

const promptSchema = z.object({ tools: z.unknown(), system: z.unknown(), messages: z.unknown() });

function inCacheOrder(body: unknown): string {
  const { tools, system, messages } = promptSchema.parse(body);
  return [tools, system, messages].map((part) => JSON.stringify(part)).join("\n");
}

function sharedPrefix(texts: Buffer[]): number {
  const [first = Buffer.alloc(0), ...others] = texts;
  let end = 0;
  while (end < first.length && others.every((other) => other[end] === first[end])) end += 1;
  return end;
}

/** The words at the first difference, so that a broken prefix tells what broke it. */
const around = (text: Buffer, at: number): string =>
  `the first difference follows ${JSON.stringify(text.toString("utf8", Math.max(0, at - 40), at))}`;
