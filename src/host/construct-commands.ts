import { unreachable } from "../base/fault.ts";
import type { Control } from "../engine/control.ts";
import type { Command } from "../protocol/command.ts";
import type { Replies } from "./port.ts";

export type ConstructCommand = Command & { type: `construct.${string}` };

/** Carries out what the netrunner wants of one construct. */
export async function controlConstruct(
  command: ConstructCommand,
  control: Control,
): Promise<Replies[ConstructCommand["type"]]> {
  switch (command.type) {
    case "construct.kill":
      return { already: (await control.kill(command.construct, command.blacklist)) ?? null };
    case "construct.pause":
      await control.pause(command.construct, command.freeze);
      return {};
    case "construct.continue":
      await control.continue(command.construct);
      return {};
    case "construct.send":
      return { delivery: control.send(command.construct, command.text) };
    case "construct.interrupt":
      return { successor: await control.interrupt(command.construct, command.text) };
    default:
      return unreachable(command);
  }
}
