import { brakeDialog } from "../dialogs/brake.ts";
import { ejectDialog } from "../dialogs/eject.ts";
import { quitDialog } from "../dialogs/quit.ts";
import { isOpen } from "../model/deck-model.ts";
import type { Action, At } from "../page.ts";
import { openRun } from "./run-actions.ts";

/** What concerns everything that is at work: how it is braked, stopped and left alone. */
export const deckActions: readonly Action<null>[] = [
  {
    id: "deck.brake",
    title: "brake",
    keys: ["b"],
    run: (at) => void openBrake(at),
  },
  {
    id: "deck.eject",
    title: "EJECT: stop everything",
    keys: ["ctrl+f"],
    run: ({ hands }) => hands.open(ejectDialog()),
  },
  {
    id: "cockpit.quit",
    title: "leave",
    keys: ["ctrl+q"],
    run: ({ hands, model }) => {
      const isAtWork = model.link.state === "attached" && [...model.runs.values()].some(isOpen);
      if (isAtWork) hands.open(quitDialog());
      else hands.quit();
    },
  },
];

async function openBrake(at: At<null>): Promise<void> {
  const run = openRun(at);
  if (run !== undefined) {
    const { brake, airgap } = run.settings;
    at.hands.open(brakeDialog({ run: run.run, brake, airgap }));
    return;
  }
  const read = await at.hands.send({ type: "settings.read" });
  // What is built in is the middle tier, with the network.
  if (read !== undefined)
    at.hands.open(brakeDialog({ run: null, brake: read.saved.brake ?? "default", airgap: read.saved.airgap ?? false }));
}
