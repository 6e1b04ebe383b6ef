import { attach } from "../host/door/attach.ts";
import type { DeckOptions } from "../host/deck-options.ts";
import type { Port } from "../host/port.ts";
import type { Process } from "./around.ts";
import { mustBeNetrunner } from "./must-be-netrunner.ts";
import { reachHost } from "./reach-host.ts";

/** The deck of a home that runs in another process: found, or, in the mode "host", started. Needs no engine in this one. */
export function attachDeck(
  options: DeckOptions & { mode: "attach" | "host" },
  around: Process,
): Promise<{ port: Port; close(): Promise<void> }> {
  mustBeNetrunner(around);
  return options.mode === "host" ? reachHost(options, around) : attach(options.home);
}
