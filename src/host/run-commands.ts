import { unreachable } from "../base/fault.ts";
import type { Run } from "../engine/run.ts";
import type { Command } from "../protocol/command.ts";
import type { Replies } from "./port.ts";

/** What the netrunner wants of the open run, or of one of its constructs. */
export type RunCommand = Command & {
  type:
    | "say"
    | "goal.edit"
    | "stop"
    | "hold.answer"
    | "bound.answer"
    | "settings.change"
    | "blacklist.allow"
    | `construct.${string}`
    | `queue.${string}`;
};

/** Carries it out, or rejects with a fault that says why not. */
export async function steerRun(command: RunCommand, run: Run): Promise<Replies[RunCommand["type"]]> {
  switch (command.type) {
    case "say":
      run.words.say(command.text);
      return {};
    case "goal.edit":
      return { from: run.words.changeGoal(command.goal) };
    case "stop": {
      const { status, reason, force } = command;
      run.stop({ status, reason, how: force ? "hard" : "polite", cause: "netrunner" });
      return {};
    }
    case "hold.answer":
      run.words.answerHold(command.hold, command.answer, command.note);
      return {};
    case "bound.answer":
      run.words.answerBound(command);
      return {};
    case "settings.change":
      run.words.changeSettings(command.settings);
      return {};
    case "blacklist.allow":
      run.forbidding.exempt(command.task);
      return {};
    case "construct.kill":
      return { already: (await run.control.kill(command.construct, command.blacklist)) ?? null };
    case "construct.pause":
      await run.control.pause(command.construct, command.freeze);
      return {};
    case "construct.continue":
      await run.control.continue(command.construct);
      return {};
    case "construct.spawn":
      return { construct: await run.join(command) };
    case "queue.move":
      run.queue.move(command.construct, command.before);
      return {};
    case "queue.cancel":
      run.queue.cancel(command.construct);
      return {};
    case "construct.send":
      return { delivery: run.control.send(command.construct, command.text) };
    case "construct.interrupt":
      return { successor: await run.control.interrupt(command.construct, command.text) };
    default:
      return unreachable(command);
  }
}
