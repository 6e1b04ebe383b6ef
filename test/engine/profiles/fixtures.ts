import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { block, say, type Answerer, type Reply } from "../../../src/offline/reply.ts";
import type { ModelRequest } from "../../../src/offline/request.ts";
import { isDaemon } from "../../../src/offline/script.ts";
import type { SpawnAction } from "../../../src/protocol/action.ts";
import type { TestDeck } from "../../kit/deck.ts";
import { requestsOf } from "../../kit/deck.ts";

/** Writes a file into the deck's own folder. */
export function write(kit: Pick<TestDeck, "home">, path: string, text: string): void {
  mkdirSync(dirname(join(kit.home, path)), { recursive: true });
  writeFileSync(join(kit.home, path), text);
}

/** The text of a profile file with these lines beside the ones that it must have. */
export const profileFile = (name: string, ...lines: string[]): string =>
  [`name = "${name}"`, 'description = "For a test."', ...lines].join("\n");

export const spawn = (task: string, more: Partial<SpawnAction> = {}): SpawnAction => ({ type: "spawn", task, ...more });

/** A daemon that makes these turns one after the other, and is then done; constructs are answered as told. */
export const daemonThen = (turns: ((request: ModelRequest) => Reply)[], construct: Answerer): Answerer => {
  let turn = 0;
  return (request) => {
    if (!isDaemon(request)) return construct(request);
    const next = turns[turn];
    turn += 1;
    return next === undefined ? block({ status: "done", chat: "That was all." }) : next(request);
  };
};

/** A construct that makes these calls, one a turn, and then says that it is done. */
export const calls =
  (...replies: Reply[]): Answerer =>
  (request) =>
    replies[request.messages.filter(({ role }) => role === "assistant").length] ?? say("Done.");

/** The requests of constructs. */
export const workerRequests = (kit: TestDeck): ModelRequest[] => requestsOf(kit.api).filter((one) => one.canWork);
