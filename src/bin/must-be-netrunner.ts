import { Fault } from "../base/fault.ts";
import { markerName } from "../drivers/agent.ts";
import type { Process } from "./around.ts";

/** What constructs wait for is the netrunner's to decide: a construct must not answer its own hold. */
export function mustBeNetrunner({ env }: Pick<Process, "env">): void {
  if (env[markerName] === undefined) return;
  throw new Fault("refused", "deck.from_construct", "a construct may not give commands to its deck", {
    hint: "Say in your result what you need; the netrunner decides.",
  });
}
