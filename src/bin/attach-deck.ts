import { attach } from "../host/door/attach.ts";
import type { DeckOptions } from "../host/deck-options.ts";
import type { Port } from "../host/port.ts";
import { secretValues } from "../store/redaction/secret-variables.ts";
import type { Process } from "./around.ts";
import { mustBeNetrunner } from "./must-be-netrunner.ts";

/** The deck of a home that runs in another process: found, or, in the mode "host", started. Needs no engine in this one. */
export async function attachDeck(
  options: DeckOptions & { mode: "attach" | "host" },
  around: Process,
): Promise<{ port: Port; close(): Promise<void> }> {
  mustBeNetrunner(around);
  // What starts a host is loaded only where one may have to be started.
  const deck = await (options.mode === "host"
    ? (await import("./reach-host.ts")).reachHost(options, around)
    : attach(options.home));
  // What is said to it may quote them, and its own environment may not have them: another shell's, or none of them offline.
  const values = secretValues(around.env).slice(0, 1000);
  try {
    if (values.length > 0) await deck.port.send({ type: "secrets.learn", values });
  } catch (error) {
    await deck.close();
    throw error;
  }
  return deck;
}
