import { Option, type Command } from "commander";
import { systemClock } from "../../../base/clock.ts";
import { Fault } from "../../../base/fault.ts";
import type { Port } from "../../../host/port.ts";
import { foldAsk } from "../../../protocol/fold-watchdog.ts";
import type { AskView } from "../../../protocol/watchdog.ts";
import { exitCode } from "../exit.ts";
import { findRun } from "../find-run.ts";
import { addAgentFlags, type DeckFlags } from "../flags/deck-flags.ts";
import { interrupts } from "../interrupts.ts";
import { jsonLine } from "../json-lines.ts";
import { lookUp } from "../look-up.ts";
import { answerPage, askTable, flatAsk, historyPage } from "../show/ask-pages.ts";
import type { World } from "../world.ts";

/** `about`: the run that is asked about, which need not be open. */
interface AskFlags extends Omit<DeckFlags, "run"> {
  json?: boolean;
  color: boolean;
  about?: string;
  construct?: string;
  anyway?: boolean;
  list?: boolean;
  cancel?: string;
  history?: boolean;
}

/** `cyberdeck ask`: a question to the watchdog, which knows the record and can do nothing. */
export function defineAsk(command: Command, world: World, finish: (code: number) => void): void {
  command.argument("[question]", "what you want to know, in your own words");
  addAgentFlags(command)
    .option(
      "--run <run>",
      'the run that it is about: its id, the beginning or end of it, or "last" (default: the open one)',
    )
    .option("--construct <id>", "the construct that it is about, also one that has ended")
    .option("--anyway", "ask although a bound of the run or the day is reached")
    .addOption(new Option("--list", "list the questions that wait for an answer").conflicts(["cancel", "history"]))
    .addOption(new Option("--cancel <id>", "take a question back").conflicts("history"))
    .option("--history", "show earlier questions and their answers")
    .option("--json", "write the answer, or each line of a list, as a line of JSON")
    .addHelpText("after", examples)
    .action(async (question: string | undefined) => {
      const { run, ...others } = command.optsWithGlobals<AskFlags & { run?: string }>();
      const flags: AskFlags = { ...others, ...(run === undefined ? {} : { about: run }) };
      const isLook = flags.list === true || flags.history === true || flags.cancel !== undefined;
      if (isLook === (question !== undefined)) throw isLook ? oneOfBoth() : noQuestion();
      if (question === undefined) {
        await look(world, flags);
        finish(exitCode.done);
      } else finish(await ask(world, flags, question));
    });
}

async function ask(world: World, flags: AskFlags, question: string): Promise<number> {
  if (question.trim() === "") throw noQuestion();
  let code: number = exitCode.done;
  using stop = interrupts(world, systemClock);
  await lookUp(
    world,
    flags,
    async (port, page) => {
      const { construct, anyway } = flags;
      const asked = await port.send({
        type: "ask",
        question,
        ...(flags.about === undefined ? {} : { run: await runNamed(port, flags.about) }),
        ...(construct === undefined ? {} : { construct }),
        ...(anyway === true ? { anyway } : {}),
      });
      stop.listen(() => {
        // Whatever it says, the end of the question is an event.
        port.send({ type: "ask.cancel", ask: asked.ask }).catch(() => "it has its answer already");
      });
      if (asked.ahead > 0) world.stderr.write(`${asked.ask} waits: ${asked.ahead} asked before it\n`);
      const done = await untilAnswered(port, asked);
      if (done.state !== "answered") code = done.state === "cancelled" ? exitCode.interrupted : exitCode.failed;
      return flags.json === true ? jsonLine(flatAsk(done)) : answerPage(done, page);
    },
    "asking",
  );
  return code;
}

async function look(world: World, flags: AskFlags): Promise<void> {
  const { cancel, json = false } = flags;
  if (cancel !== undefined) {
    const taken = async (port: Port): Promise<string> => {
      await port.send({ type: "ask.cancel", ask: cancel });
      return json ? jsonLine({ ask: cancel, done: "cancelled" }) : `${cancel}: taken back\n`;
    };
    return lookUp(world, flags, taken, "deck");
  }
  const found = async (port: Port, page: Parameters<typeof answerPage>[1]): Promise<string> => {
    if (flags.list === true) {
      const { asks } = await port.send({ type: "ask.list" });
      return json ? asks.map(jsonLine).join("") : askTable(asks, page);
    }
    const run = flags.about === undefined ? {} : { run: await runNamed(port, flags.about) };
    const { asks } = await port.send({ type: "ask.history", ...run });
    return json ? asks.map((one) => jsonLine(flatAsk(one))).join("") : historyPage(asks, page);
  };
  return lookUp(world, flags, found, "either");
}

/** A whole id is taken as it is: to list the runs of a large home takes a moment. */
const runNamed = async (port: Port, name: string): Promise<string> =>
  /^run-\d{8}-\d{6}-[0-9a-f]{4}$/.test(name) ? name : findRun(port, name);

async function untilAnswered(port: Port, { ask: id, afterSeq }: { ask: string; afterSeq: number }): Promise<AskView> {
  const asks: AskView[] = [];
  for await (const event of port.follow(afterSeq)) {
    if (!event.type.startsWith("watchdog.")) continue;
    foldAsk(asks, event, Number.MAX_SAFE_INTEGER);
    const mine = asks.find(({ ask: other }) => other === id);
    if (mine !== undefined && mine.state !== "open") return mine;
  }
  throw new Fault("agent", "watchdog.no_answer", "the deck has closed before it answered", {
    hint: "ask again: where no deck runs, the command answers by itself",
  });
}

const noQuestion = (): Fault =>
  new Fault("usage", "cli.no_question", "there is no question", {
    hint: 'put it in quotes: cyberdeck ask "why did the last construct fail?"',
  });

const oneOfBoth = (): Fault =>
  new Fault("usage", "cli.question_and_list", "--list, --cancel and --history take no question", {
    hint: "leave the question out, or the flag",
  });

const examples = `
Examples:
  cyberdeck ask "why did cx-1a2b3c4d fail?"
  cyberdeck ask "what was denied, and by which rule?" --run last
  cyberdeck ask "what is it doing now?" --construct 1a2b
  cyberdeck ask --history --run last
  cyberdeck show last --event 123

The watchdog reads the record and can do nothing else. Its answer cites events by their numbers, as [123]; each is checked, and
one that does not hold is marked. It works during a run, after the death of a construct, and on a run that is closed.
`;
