import { messageOf } from "../../base/fault.ts";
import type { Clock } from "../../base/clock.ts";
import type { AgentDriver } from "../../drivers/agent.ts";
import { headAndTail, inert } from "../../base/text.ts";
import { priceOf } from "../../policy/caliber/price.ts";
import type { Caliber } from "../../protocol/caliber.ts";
import type { EventDraft } from "../../protocol/event.ts";
import type { Model } from "../../protocol/models.ts";
import { readQuestion } from "../../protocol/question.ts";
import { rangesOf, type Given } from "../../protocol/watchdog.ts";
import type { RunLog } from "../../store/search/run-log.ts";
import type { Account } from "../account/account.ts";
import { askOnce } from "../ask-once.ts";
import { noteFor } from "../journal.ts";
import { Meter, meteringOf } from "../meter.ts";
import { checkCitations } from "./citations.ts";
import { gather, outlineOf } from "./gathering.ts";
import { watchdogMessage, watchdogPrompt } from "./prompt.ts";

/**
 * All that the watchdog has: a log to read, a way to open a session without tools, a place to record what it said. Nothing
 * of it leads to a run, a construct or the gate.
 */
export interface AnsweringParts {
  driver: Pick<AgentDriver, "open">;
  clock: Clock;
  account: Pick<Account, "hold" | "room" | "began" | "left" | "see">;
  openLog: (run: string) => RunLog;
  record: (draft: EventDraft) => boolean;
  /** Where its process runs; it has no tool to do anything there. */
  cwd: string;
  /** The longest that an answer may take, milliseconds. */
  patienceMs: number;
}

/** A question that is next. */
export interface Pending {
  ask: string;
  run: string;
  question: string;
  about: string | null;
  caliber: Caliber;
  models: readonly Model[];
}

/** The most bytes of an answer that are kept. */
const answerBytes = 16_384;

/** Answers one question, and records what came of it. The signal ends it. Never rejects. Resolves when its process is gone. */
export async function answer(parts: AnsweringParts, pending: Pending, signal: AbortSignal): Promise<void> {
  const { ask, run } = pending;
  const note = noteFor(parts.record, run, ask);
  const fail = (reason: string, cost_usd = 0): void => {
    if (!signal.aborted) note("watchdog.failed", { ask, reason, cost_usd });
  };
  const { hold } = parts.account;
  // What several constructs have died of does not concern a question.
  if (hold !== undefined && hold.kind !== "correlated" && parts.account.room() <= 0) {
    fail(`no agent may begin: ${hold.reason}. Ask again when that is over, or see: cyberdeck account`);
    return;
  }
  try {
    using log = parts.openLog(run);
    await reply(parts, pending, { log, signal, fail });
  } catch (error) {
    fail(`it could not be answered: ${messageOf(error)}`);
  }
}

interface Work {
  log: RunLog;
  signal: AbortSignal;
  fail: (reason: string, costUsd?: number) => void;
}

async function reply(parts: AnsweringParts, pending: Pending, { log, signal, fail }: Work): Promise<void> {
  const { clock, account, driver, cwd, patienceMs } = parts;
  const { ask, run, question: asked, about, caliber, models } = pending;
  const began = clock.monotonic();
  const note = noteFor(parts.record, run, ask);
  const outline = await outlineOf(log);
  if (outline === undefined) return fail("the run has no opening on record");
  const question = readQuestion(about === null ? asked : `${asked} ${about}`);
  const { selection, search } = await gather(log, outline, question, clock.now());
  if (signal.aborted) return;
  const { text, bytes, seqs } = selection;
  const given: Given = { seqs: rangesOf(seqs), bytes, events: log.count, up_to: log.upTo, search };
  const metering = meteringOf((model, tokens, isFast) => priceOf(models, model, tokens, isFast), note);
  const meter = new Meter({ agent: ask, role: "watchdog", note, metering });
  const late = new AbortController();
  using _timer = clock.after(patienceMs, () => late.abort());
  account.began(ask);
  const { reply: settled, gone } = askOnce(
    driver,
    {
      id: ask,
      cwd,
      caliber,
      systemPrompt: watchdogPrompt(),
      message: watchdogMessage(asked, about === null ? text : `ASKED ABOUT ${about}\n${text}`),
      account,
      meter,
      onStarted: (pid) => note("watchdog.started", { ask, pid, given }),
    },
    AbortSignal.any([signal, late.signal]),
  );
  const said = await settled;
  account.left(ask);
  await gone;
  if (signal.aborted) return;
  if (late.signal.aborted) return fail(`no answer within ${patienceMs / 1000} s; ask again, or ask something narrower`);
  if (!said.ok) return fail(said.reason, said.costUsd);
  const words = typeof said.reply === "string" ? headAndTail(inert(said.reply).trim(), answerBytes).text : "";
  if (words === "") return fail("the model said nothing", said.costUsd);
  const { citations, wrong } = checkCitations(words, new Set(seqs), run, (seq) => log.runOf(seq));
  note("watchdog.answered", {
    ask,
    answer: words,
    citations,
    wrong,
    cost_usd: said.costUsd,
    duration_ms: Math.round(clock.monotonic() - began),
  });
}
