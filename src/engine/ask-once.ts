import type { AgentDriver, AgentSession } from "../drivers/agent.ts";
import { Fault, messageOf } from "../base/fault.ts";
import type { Caliber } from "../protocol/caliber.ts";
import { showExit } from "./construct/tally.ts";
import type { Account } from "./account/account.ts";
import { troubleWords } from "../protocol/account.ts";
import type { Meter } from "./meter.ts";

/** One question to a model without tools. */
export interface Question {
  /** Our id of the process: its marker. */
  id: string;
  cwd: string;
  caliber: Caliber;
  systemPrompt: string;
  /** The form of the reply, at the price of a second request; without it, the reply is what the model says. */
  replySchema?: Record<string, unknown>;
  message: string;
  account: Pick<Account, "see">;
  transcript?: (line: string) => void;
  meter: Meter;
  onStarted: (pid: number) => void;
}

/** What came of it. The cost counts either way, as far as the agent has told it. */
export type Reply = { ok: true; reply: unknown; costUsd: number } | { ok: false; reason: string; costUsd: number };

/** Neither promise rejects. */
export interface Asked {
  reply: Promise<Reply>;
  /** Settles when the process is gone; it is stopped after the reply. */
  gone: Promise<void>;
}

/** All that a question needs of a driver. */
type Opener = Pick<AgentDriver, "open">;

/** Asks in a process of its own. The signal ends it: `reply` then settles at once. */
export function askOnce(driver: Opener, question: Question, signal: AbortSignal): Asked {
  const opening = openSession(driver, question);
  const reply = firstOf(
    opening.then((session) => read(session, question)),
    signal,
  );
  return { reply, gone: leave(opening, reply, signal) };
}

async function openSession(driver: Opener, question: Question): Promise<AgentSession> {
  const { id, cwd, caliber, systemPrompt, replySchema, transcript, onStarted } = question;
  const session = await driver.open({
    id,
    cwd,
    caliber,
    role: { kind: "coordinator", systemPrompt, ...(replySchema === undefined ? {} : { replySchema }) },
    gate: async () => ({ decision: "deny", rule: "question.no_tools", reason: "You have no tools; only reply." }),
    ...(transcript === undefined ? {} : { transcript }),
  });
  onStarted(session.pid);
  return session;
}

async function firstOf(reading: Promise<Reply>, signal: AbortSignal): Promise<Reply> {
  const given = Promise.withResolvers<never>();
  const giveUp = (): void => given.reject(new Fault("agent", "question.given_up", "it was given up"));
  signal.addEventListener("abort", giveUp, { once: true });
  if (signal.aborted) giveUp();
  try {
    return await Promise.race([reading, given.promise]);
  } catch (error) {
    return { ok: false, reason: messageOf(error), costUsd: 0 };
  } finally {
    signal.removeEventListener("abort", giveUp);
  }
}

async function leave(opening: Promise<AgentSession>, reply: Promise<Reply>, signal: AbortSignal): Promise<void> {
  await reply;
  try {
    const session = await opening;
    await session.stop(signal.aborted ? "hard" : "polite");
  } catch {
    // It was never started, which the reply has told.
  }
}

async function read(session: AgentSession, { id, message, account, meter, replySchema }: Question): Promise<Reply> {
  session.send(message);
  for await (const event of session.events) {
    meter.see(event);
    const trouble = account.see(id, event);
    if (trouble !== undefined) return { ok: false, reason: troubleWords[trouble], costUsd: 0 };
    if (event.type !== "turn.ended") continue;
    const { ok, structured, text, status, errors, costUsd } = event.turn;
    const given = replySchema === undefined ? text : structured;
    if (ok && given !== undefined) return { ok: true, reply: given, costUsd };
    const why = ok ? "its reply did not have the form that was asked for" : [status, ...errors].join(": ");
    return { ok: false, reason: why, costUsd };
  }
  meter.close();
  return { ok: false, reason: `its process ended (${showExit(await session.closed)})`, costUsd: 0 };
}
