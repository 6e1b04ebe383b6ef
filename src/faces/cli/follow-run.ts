import type { Clock } from "../../base/clock.ts";
import { Fault, messageOf } from "../../base/fault.ts";
import type { OpenedRun, Port } from "../../host/port.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import { flatEvent } from "../../protocol/event.ts";
import type { RunView } from "../../protocol/view.ts";
import { standstill } from "./at-bound.ts";
import { foldEvent, openView } from "../../protocol/snapshot.ts";
import { endsCommand } from "./account-question.ts";
import { runBoundRules } from "../../protocol/bound.ts";
import { ask } from "./ask.ts";
import type { Interrupts } from "./interrupts.ts";
import { jsonLine } from "./json-lines.ts";
import { matterOf, mattersIn, settledMatter, type Matter } from "./matter.ts";
import { withinRun } from "./open-run.ts";
import type { Progress } from "./progress.ts";
import type { Sink } from "./sink.ts";
import type { Patience } from "./stopping.ts";
import { stopping } from "./stopping.ts";
import type { Input, Output } from "./world.ts";

export interface Following {
  port: Port;
  opened: OpenedRun;
  /** The run as it was before this command, for a run that is resumed. */
  view: RunView | undefined;
  /** It was open already, with whatever waits in it: that is asked at once. */
  joins: boolean;
  progress: Progress;
  interrupts: Interrupts;
  clock: Clock;
  patience: Patience;
  /** Where the events go as JSON; without it they are only told. */
  json: Sink | undefined;
  /** The run goes on in its host when this process is gone. */
  outlives: boolean;
  /** Waits for what holds all agents up, such as a usage limit. */
  waits: boolean;
  /** The terminal on which the netrunner can answer; without it a question ends the command. */
  terminal: { input: Input; output: Output } | undefined;
}

/** What is left when a run was followed to its end. `lost`: it did not close although it should have, and why. */
export type RunEnd = { view: RunView; rule: string | undefined } | { lost: string; view: RunView | undefined };

/** Follows a run until it closes, and answers for the netrunner: asks on the terminal, or stops where nobody can answer. */
export async function followRun(following: Following): Promise<RunEnd> {
  const { opened, progress, interrupts, json, terminal, clock } = following;
  const port = withinRun(following.port, opened.run);
  let view = following.view;
  let rule: string | undefined;
  let question: AbortController | undefined;

  using stop = stopping(
    { ...following, port },
    {
      tell: (text) => progress.note(text),
      asked: () => question?.abort(),
      // A reader that stands still must not keep the netrunner from ending this.
      interrupted: () => json?.hurry(),
    },
  );

  json?.gone.addEventListener("abort", () => stop.stop("stopped", "the reader of the output has gone"));

  const answer = async (text: string, to: { input: Input; output: Output }): Promise<void> => {
    question?.abort();
    question = new AbortController();
    const { signal } = question;
    progress.hold("The daemon is WAITING FOR YOU", text);
    const reply = await ask({ ...to, signal, onInterrupt: () => interrupts.interrupt() });
    progress.release();
    if (reply.kind === "ended") stop.stop("waiting", "the netrunner left the question open");
    if (reply.kind !== "text") return;
    try {
      await port.send({ type: "say", text: reply.text });
    } catch (error) {
      progress.note(`the daemon was not told: ${messageOf(error)}`);
      stop.stop("waiting", "the answer could not be delivered");
    }
  };

  /** What waits for the netrunner is asked one after the other; what is over meanwhile is not asked any more. */
  const matters: Matter[] = [];
  let isAnswering = false;
  const answerMatters = async (to: { input: Input; output: Output }): Promise<void> => {
    if (isAnswering) return;
    isAnswering = true;
    for (let matter = matters[0]; matter !== undefined; matter = matters[0]) {
      question = new AbortController();
      progress.hold(matter.title, matter.question(clock.now()));
      const reply = await ask({ ...to, signal: question.signal, onInterrupt: () => interrupts.interrupt() });
      progress.release();
      const answer = reply.kind === "text" ? matter.read(reply.text) : undefined;
      if (reply.kind === "text" && answer === undefined) progress.note(matter.answers);
      if (reply.kind === "ended" && matter.leaves === true) stop.stop("paused", "left at a bound");
      if (reply.kind === "ended" || answer !== undefined) matters.shift();
      if (answer === undefined) continue;
      try {
        await port.send(answer);
      } catch (error) {
        progress.note(messageOf(error));
      }
    }
    isAnswering = false;
  };

  const reactToMatter = (event: DeckEvent): void => {
    if (terminal === undefined) return;
    const matter = matterOf(event);
    if (matter !== undefined) {
      matters.push(matter);
      void answerMatters(terminal);
    }
    const settled = settledMatter(event);
    const at = matters.findIndex(({ id }) => id === settled);
    if (at !== -1) matters.splice(at, 1);
    if (at === 0) question?.abort();
  };

  /** What is over by now is told by the events that follow. */
  const askWhatWaits = (to: { input: Input; output: Output }, { status, reason, ...now }: RunView): void => {
    matters.push(...mattersIn(now));
    if (matters.length > 0) void answerMatters(to);
    else if (status === "waiting") void answer(reason, to);
  };

  const react = (event: DeckEvent): void => {
    reactToMatter(event);
    if (event.type === "run.waiting") {
      if (terminal === undefined) stop.stop("waiting", "nobody is there to answer");
      else void answer(event.body.question, terminal);
    }
    if (event.type === "daemon.turn_started" || event.type === "run.closed") question?.abort();
    if (event.type === "account.held" && view !== undefined) {
      const isWatched = terminal !== undefined;
      if (endsCommand(event.body, view, { isWatched, waits: following.waits })) {
        rule = `account.${event.body.kind}`;
        stop.stop("paused", event.body.reason);
      }
    }
    const still = terminal === undefined && view !== undefined ? standstill(view) : undefined;
    if (still !== undefined) {
      rule = still.rule;
      stop.stop("paused", still.text);
    }
    if (event.type === "run.paused") {
      rule = event.body.rule;
      // On a terminal, the netrunner is asked about what the run may use.
      if (terminal !== undefined && isBoundRule(event.body.rule)) return;
      stop.stop("paused", event.body.reason);
    }
  };

  const read = async (): Promise<RunEnd> => {
    for await (const event of port.follow(opened.afterSeq)) {
      if (event.run !== opened.run) continue;
      view = folded(view, event);
      if (json !== undefined) await json.write(jsonLine(flatEvent(event)));
      if (view === undefined) continue;
      progress.tell(event, view);
      react(event);
      if (event.type === "run.closed") return { view, rule };
    }
    throw new Fault("internal", "cli.deck_closed_early", "the deck closed before the run had ended", {
      facts: { run: opened.run },
      hint: `look at it with "cyberdeck show ${opened.run}", go on with "cyberdeck run --resume ${opened.run}"`,
    });
  };

  if (terminal !== undefined && following.joins && view !== undefined) askWhatWaits(terminal, view);
  const lost = stop.gaveUp.then((reason): RunEnd => ({ lost: reason, view }));
  const ended = read();
  try {
    return await Promise.race([ended, lost]);
  } finally {
    question?.abort();
    // After giving up, the reader ends with the deck; what it throws then is no news.
    ended.catch(() => undefined);
  }
}

const isBoundRule = (rule: string): boolean => Object.values(runBoundRules).includes(rule);

/** Folds what the view does not hold yet: a resumed run's view was taken from the record, maybe after these events. */
function folded(view: RunView | undefined, event: DeckEvent): RunView | undefined {
  if (view === undefined) return event.type === "run.opened" ? openView(event) : undefined;
  if (event.seq > view.lastSeq) foldEvent(view, event);
  return view;
}
