import type { Drive } from "../../../src/faces/cli/drive-run.ts";
import { settings, type ScriptedDeck } from "./scripted-deck.ts";

/** What a new goal on this deck is driven with. */
export const driveOf = (
  deck: ScriptedDeck,
  { mode = "write", json = false }: { mode?: "host" | "write"; json?: boolean } = {},
): Drive => ({
  deck: { workspace: "/", home: "/h", mode, offline: false },
  json,
  color: false,
  inputUsed: false,
  waits: true,
  again: "",
  place: "",
  detach: false,
  open: async () => ({
    opened: await deck.port.send({ type: "goal.set", goal: "g", settings, command_line: [] }),
    view: undefined,
  }),
});
