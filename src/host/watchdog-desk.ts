import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { Fault, unreachable } from "../base/fault.ts";
import type { Account } from "../engine/account/account.ts";
import { todayOf } from "../engine/budget/today.ts";
import { listCalibers } from "../engine/calibers/opening.ts";
import { endUnanswered, thisAnswerer, toldAsUnanswered } from "../engine/watchdog/unanswered.ts";
import { usualAnswerMs, Watchdog } from "../engine/watchdog/watchdog.ts";
import type { Command } from "../protocol/command.ts";
import type { EventDraft } from "../protocol/event.ts";
import type { EventReader } from "../store/event-reader.ts";
import { asksOnRecord, runOfConstruct } from "../store/search/asks.ts";
import { openRunLog } from "../store/search/run-log.ts";
import { readSettings } from "../store/settings-file.ts";
import type { DeckParts } from "./deck-parts.ts";
import type { Replies } from "./port.ts";

/** Questions to the watchdog, and looks at the record that go with them. */
export type WatchdogCommand = Extract<Command, { type: "ask" | "event.show" | `ask.${string}` }>;

/** Those that need no watchdog, only the record. */
type RecordCommand = Extract<Command, { type: "ask.history" | "event.show" }>;

export const isWatchdogCommand = (command: Command): command is WatchdogCommand =>
  command.type === "ask" || command.type === "event.show" || command.type.startsWith("ask.");

/** The watchdog of a deck, behind its commands. */
export interface WatchdogDesk {
  /** The runs that questions wait for: their records must stay. */
  readonly asked: readonly string[];
  /** @param open the runs that are open now, with their settings */
  answer(command: WatchdogCommand, open?: readonly OpenOne[]): Promise<Replies[WatchdogCommand["type"]]>;
  close(): Promise<void>;
}

/** A run that is open in the deck. */
type OpenOne = { run: string; constructs: Readonly<Record<string, unknown>> };

export interface WatchdogDeskParts {
  home: string;
  workspace: string;
  deck: Pick<DeckParts, "driver" | "calibers" | "answerMs">;
  reader: EventReader;
  account: Account;
  record: (draft: EventDraft) => boolean;
}

export function openWatchdogDesk(parts: WatchdogDeskParts): WatchdogDesk {
  const { home, workspace, deck, reader, account, record } = parts;
  const watchdog = new Watchdog({
    driver: { open: (spec) => deck.driver.open(spec) },
    clock: systemClock,
    account,
    openLog: (run) => openRunLog(home, run),
    record,
    cwd: workspace,
    patienceMs: deck.answerMs ?? usualAnswerMs,
    models: async () => (await listCalibers(deck.calibers, false)).models,
    // What a closed run was under may be long ago: then the home's own setting counts.
    caliberFor: ({ closedAt, settings }) =>
      (closedAt === null ? undefined : readSettings(home).watchdog_caliber) ?? settings.watchdog_caliber,
    self: thisAnswerer(),
    todayUsd: () => todayOf(systemClock, (at) => reader.costSince(at)).usd,
  });
  return {
    get asked() {
      return watchdog.asks.map(({ run }) => run);
    },
    async answer(command, open = []) {
      switch (command.type) {
        case "ask": {
          const { question, construct, anyway } = command;
          const run = command.run ?? meantRun(open, construct, { reader, home });
          const afterSeq = reader.lastSeq();
          return { run, afterSeq, ...(await watchdog.ask({ run, question, construct, anyway })) };
        }
        case "ask.cancel":
          await watchdog.cancel(command.ask);
          return {};
        case "ask.list":
          return { asks: watchdog.asks };
        case "ask.history":
        case "event.show":
          return answerFromRecord(command, home);
        default:
          return unreachable(command);
      }
    },
    close: () => watchdog.close(),
  };
}

/** So many questions does a history go back. */
const mostHistory = 200;

/** Records of the questions over which their decks have died that nobody answers them any more. */
export const endLeftAsks = (home: string, record: WatchdogDeskParts["record"]): Promise<void> =>
  endUnanswered(asksOnRecord(home, undefined, mostHistory), record);

/** So many events are shown on each side of one. */
const neighbours = 4;

/** What the record alone can tell. A question over which its deck has died is told as unanswered, also where nothing may be written. */
export async function answerFromRecord(command: RecordCommand, home: string): Promise<Replies[RecordCommand["type"]]> {
  if (command.type === "ask.history")
    return { asks: await toldAsUnanswered(asksOnRecord(home, command.run, mostHistory)) };
  using log = openRunLog(home, command.run);
  const found = log.around(command.seq, neighbours);
  if (found !== undefined) return found;
  const owner = log.runOf(command.seq);
  throw new Fault("usage", "event.unknown", `there is no event ${command.seq} in ${command.run}`, {
    hint:
      owner === undefined || owner === ""
        ? `its last one is ${log.upTo}; ${join(home, "runs", command.run, "events.ndjson")} has all of them`
        : `it belongs to another run: cyberdeck show ${owner} --event ${command.seq}`,
  });
}

/** The run that a question without one is about: the one that has the construct, the only open one, the newest. */
function meantRun(
  open: readonly OpenOne[],
  construct: string | undefined,
  { reader, home }: { reader: EventReader; home: string },
): string {
  const having = open.filter(({ constructs }) => construct !== undefined && hasOne(constructs, construct));
  const [one, another] = having.length > 0 ? having : open;
  const isWhole = construct !== undefined && /^cx-[0-9a-f]{8}$/.test(construct);
  const earlier = having.length === 0 && isWhole ? runOfConstruct(home, construct) : undefined;
  if (earlier !== undefined) return earlier;
  if (one !== undefined && another === undefined) return one.run;
  if (one !== undefined)
    throw new Fault("usage", "watchdog.which_run", `${open.length} runs are open: which one is the question about?`, {
      hint: `name it with --run: ${open.map(({ run }) => run).join(", ")}`,
    });
  const newest = reader.runs()[0];
  if (newest !== undefined) return newest;
  throw new Fault("usage", "watchdog.no_runs", "there is no run yet to ask about", {
    hint: 'Start one with: cyberdeck run "GOAL"',
  });
}

const hasOne = (constructs: OpenOne["constructs"], name: string): boolean =>
  name !== "" && Object.keys(constructs).some((id) => id.startsWith(name) || id.startsWith(`cx-${name}`));
