import { newDaemonId } from "../base/ids.ts";
import { actionBlockJsonSchema } from "../protocol/action.ts";
import { isEnded, type RunView } from "../protocol/view.ts";
import { daemonCaliber } from "./calibers/spawn-caliber.ts";
import { Conversation } from "./daemon/conversation.ts";
import { Daemon } from "./daemon/daemon.ts";
import type { Inbox } from "./daemon/inbox.ts";
import { composeMessage, memorySection, type MessageContext } from "./daemon/message.ts";
import { daemonPrompt } from "./daemon/prompt.ts";
import type { EarlierLoop } from "./daemon/unfinished.ts";
import type { Fleet } from "./fleet.ts";
import { handsOf, type HandsParts } from "./hands.ts";
import { inTurn, noteFor } from "./journal.ts";
import { Meter, type Metering } from "./meter.ts";
import type { Outfits } from "./profiles/outfits.ts";
import type { RunParts } from "./run-parts.ts";

/** A coordinating loop and the dialogue that it leads. */
export interface RunningDaemon {
  loop: Daemon;
  conversation: Conversation;
}

export interface NewDaemonParts extends Pick<HandsParts, "isOpen" | "bound" | "budget" | "objection"> {
  run: RunParts;
  view: RunView;
  fleet: Fleet;
  outfits: Outfits;
  inbox: Inbox;
  /** What the loop of an earlier life has left. */
  earlier: EarlierLoop;
  metering: Metering;
  /** An answer in the netrunner's place, on the record as such. */
  answer: (text: string) => void;
  /** Settles when the run is over, and with it the daemon's transcript. */
  over: Promise<void>;
}

/** The daemon of a run, a new one or the next life of an earlier one. No process starts before its first turn. */
export function newDaemon(parts: NewDaemonParts): RunningDaemon {
  const { run, view, fleet, outfits, inbox, isOpen, bound, budget, objection } = parts;
  const { settings } = view;
  const id = view.daemon.id ?? newDaemonId();
  const note = inTurn(noteFor(run.record, view.run, id), () => loop.turn);
  const transcript = run.transcript(id);
  void parts.over.then(() => transcript.close());
  const caliber = daemonCaliber(run.calibers.models, settings.daemon_caliber, id, note);
  const conversation = new Conversation(
    {
      driver: run.driver,
      account: run.account,
      clock: run.clock,
      patience: run.patience,
      cwd: view.workspace,
      caliber,
      systemPrompt: promptOf(parts),
      replySchema: settings.structured_reply
        ? actionBlockJsonSchema({ hasPlaces: run.places !== undefined })
        : undefined,
      backend: settings.backend,
      id,
      transcript: transcript.line,
      meter: new Meter({ agent: id, role: "daemon", note, metering: parts.metering, before: view.daemon }),
      onStarted({ pid, resumed }) {
        note("daemon.started", { daemon: id, pid, backend: settings.backend, caliber, resumed });
      },
      onReady: ({ sessionId, model }) => note("daemon.session", { daemon: id, session_id: sessionId, model }),
      onNote: (code, message) => note("daemon.error", { daemon: id, code, message }),
      onEnded: ({ exit, proven }) => note("daemon.ended", { daemon: id, exit, proven }),
    },
    view.daemon.sessionId,
  );
  const loop: Daemon = new Daemon({
    id,
    conversation,
    account: run.account,
    inbox,
    hands: handsOf({
      view,
      fleet,
      models: run.calibers.models,
      outfits,
      plugins: run.plugins,
      places: run.places,
      note,
      isOpen,
      bound,
      budget,
      objection,
    }),
    note,
    clock: run.clock,
    autopilot: settings.autopilot,
    before: {
      ...parts.earlier,
      turn: view.daemon.turns,
      sessionCostUsd: view.daemon.costUsd,
      chat: view.daemon.lastChat,
    },
    compose: (inputs) => composeMessage(inputs, contextOf(parts)),
    memory: () => memoryOf(view),
    answer: parts.answer,
  });
  return { loop, conversation };
}

function promptOf({ run, view }: NewDaemonParts): string {
  run.catalogues.look();
  const profiles = run.catalogues.profiles.entries();
  return daemonPrompt({
    calibers: run.calibers.models,
    profiles,
    usualProfile: view.settings.profile,
    plugins: run.plugins.lines(),
    pools: run.places && (run.places.list?.() ?? []),
  });
}

const contextOf = ({ run, view, fleet }: NewDaemonParts): MessageContext => ({
  workspace: view.workspace,
  runFolder: view.folder,
  autopilot: view.settings.autopilot,
  caliber: view.settings.caliber,
  caliberFixed: view.settings.caliber_fixed,
  maxSpawns: view.settings.max_spawns,
  maxConcurrent: view.settings.max_concurrent,
  total: fleet.total,
  inFlight: Object.values(view.constructs).filter((construct) => !isEnded(construct)),
  profiles: run.catalogues.profiles.entries(),
  plugins: run.plugins.lines(),
  resultOf: (construct) => fleet.outcome(construct)?.result ?? "",
});

function memoryOf(view: RunView): string {
  const outcomes = Object.values(view.constructs).flatMap(({ outcome }) => (outcome === null ? [] : [outcome]));
  return memorySection({ goal: view.goal, ...view.daemon.said, outcomes });
}
