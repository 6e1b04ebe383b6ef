import { rm } from "node:fs/promises";
import { join } from "node:path";
import { systemClock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import type { Account } from "../engine/account/account.ts";
import type { Blacklist } from "../engine/blacklist.ts";
import { listCalibers, settledSettings, tellCalibers } from "../engine/calibers/opening.ts";
import { usualPatience } from "../engine/daemon/conversation.ts";
import { rollOf } from "../engine/eject/roll.ts";
import { livePolicy, type LivePolicy } from "../engine/gate/live-policy.ts";
import { realPath } from "../engine/gate/real-path.ts";
import { noteFor } from "../engine/journal.ts";
import { bridgeView, noPlugins, runPlugins, type DeckPlugins } from "../engine/plugins/run-plugins.ts";
import { Run } from "../engine/run.ts";
import type { Seats } from "../engine/seats.ts";
import { usualAuthorMs } from "../engine/tripwires/authoring.ts";
import { raiseWall, type RunWall } from "../engine/wall/wall.ts";
import type { KnownCalibers } from "../protocol/models.ts";
import type { Command } from "../protocol/command.ts";
import type { EventBody, EventDraft } from "../protocol/event.ts";
import type { RunSettings } from "../protocol/settings.ts";
import { foldRunEvents, openView } from "../protocol/snapshot.ts";
import type { RunView } from "../protocol/view.ts";
import type { Store } from "../store/event-log.ts";
import { homePaths } from "../store/home.ts";
import type { Recorder } from "../store/recorder.ts";
import { existingRunFolder, openRunFolder, type RunFolder } from "../store/run-folder.ts";
import type { CanaryDesk } from "./canary-desk.ts";
import type { DeckCatalogues } from "./deck-catalogues.ts";
import type { DeckOptions } from "./deck-options.ts";
import type { DeckParts } from "./deck-parts.ts";
import { mustHavePlace } from "./must-have-place.ts";
import { isOwnWish } from "./own-wish.ts";
import type { OpenedRun } from "./port.ts";
import { runFiles } from "./run-files.ts";
import { mustBelong } from "./run-place.ts";

export interface RunOpenerParts {
  options: DeckOptions;
  parts: DeckParts;
  store: Store;
  recorder: Recorder;
  record: (draft: EventDraft) => boolean;
  account: Account;
  seats: Seats;
  blacklist: Blacklist;
  mutedTripwires: ReadonlySet<string>;
  canary: CanaryDesk | undefined;
  plugins: DeckPlugins | undefined;
  catalogues: DeckCatalogues;
  /** Takes up the run that has been made, before the first event of it that it must see. */
  onRun: (run: Run) => void;
}

export interface OpeningWish {
  settings: RunSettings;
  /** The goal, or the tasks. */
  asked: string[];
  command_line: string[];
}

/** Makes the runs of a deck, new ones and those that go on: folder, policy, wall, brake and record are put together here. */
export class RunOpener {
  readonly #own: RunOpenerParts;

  constructor(own: RunOpenerParts) {
    this.#own = own;
  }

  async open(
    kind: "goal" | "tasks",
    { settings: wanted, asked, command_line }: OpeningWish,
    begin: (run: Run) => void,
  ): Promise<OpenedRun> {
    const { options, parts, recorder, catalogues } = this.#own;
    const { workspace } = options;
    catalogues.mustHave(wanted.profile);
    const known = await this.#calibers();
    const settings = settledSettings(wanted, known);
    const policy = this.#policy(workspace);
    const folder = await openRunFolder(options.home, systemClock.now());
    const wall = await this.#raiseWall(settings, workspace, folder, policy).catch(async (error: unknown) => {
      // Nothing has happened in it yet.
      await rm(folder.path, { recursive: true, force: true });
      throw error;
    });
    const body = { kind, workspace, folder: folder.path, settings, asked, deck: parts.version, command_line };
    const draft = { type: "run.opened", run: folder.run, source: "engine", body } as const;
    const opened = recorder.record(draft, { now: true });
    if (opened.type !== "run.opened") throw new Fault("internal", "run.not_opened", "the opening was not recorded");
    const run = this.#make(openView(opened), folder, policy, wall, known);
    this.#tellSurroundings(run, policy, wall, known);
    begin(run);
    return { run: folder.run, folder: folder.path, afterSeq: opened.seq - 1 };
  }

  async resume(command: Command & { type: "run.resume" }): Promise<OpenedRun> {
    const { options, parts, store } = this.#own;
    if (command.settings?.profile !== undefined) this.#own.catalogues.mustHave(command.settings.profile);
    const events = [...store.eventsOf(command.run)];
    const view = foldRunEvents(events);
    const folder = existingRunFolder(options.home, command.run);
    if (view === undefined)
      throw new Fault("storage", "run.unreadable", `the record of ${command.run} has no opening`, {
        hint: "See what is wrong with the record: cyberdeck doctor",
      });
    await mustBelong(view, options);
    const given = Object.entries(command.settings ?? {}).filter(([, value]) => value !== undefined);
    const known = await this.#calibers();
    const { offline } = options;
    const settings = settledSettings({ ...view.settings, ...Object.fromEntries(given), offline }, known);
    // What a dead host has left is settled all the same.
    if (!isOwnWish(command) && !view.isEjecting) await mustHavePlace(settings.on, parts);
    // What is built for this run, its brake and its bounds, must go by the new settings from the start.
    view.settings = settings;
    const policy = this.#policy(view.workspace);
    const wall = await this.#raiseWall(settings, view.workspace, folder, policy);
    const run = this.#make(view, folder, policy, wall, known);
    const afterSeq = view.lastSeq;
    run.load(events);
    run.record("run.resumed", { settings, deck: parts.version, command_line: command.command_line });
    this.#tellSurroundings(run, policy, wall, known);
    if (command.say !== undefined) run.words.say(command.say);
    await run.goOn();
    return { run: view.run, folder: folder.path, afterSeq };
  }

  #tellSurroundings(run: Run, policy: LivePolicy, wall: RunWall, known: KnownCalibers): void {
    policy.current(run.record);
    this.#own.catalogues.tellRefused(run.record);
    run.record("sandbox.chosen", choiceOf(wall));
    tellCalibers(known, run.record);
  }

  async #calibers(): Promise<KnownCalibers> {
    return listCalibers(this.#own.parts.calibers, false);
  }

  async #raiseWall(settings: RunSettings, workspace: string, folder: RunFolder, policy: LivePolicy): Promise<RunWall> {
    const { options, parts } = this.#own;
    const { agentHome, agentState = join(agentHome, ".claude") } = parts;
    const place = { run: folder.run, workspace, runFolder: folder.path, deckHome: options.home };
    const wall = await raiseWall(settings.sandbox, { ...place, agentHome, agentState, policy: policy.inForce });
    wall.cutNetwork(settings.airgap);
    return wall;
  }

  /** The policy file of this home; a fault when it is wrong: then no run is opened. */
  #policy(workspace: string): LivePolicy {
    const { options, parts } = this.#own;
    const place = { workspace, home: parts.agentHome, deckHome: options.home, realPath };
    return livePolicy({ path: homePaths(options.home).policy, place, clock: systemClock });
  }

  #make(view: RunView, folder: RunFolder, policy: LivePolicy, wall: RunWall, known: KnownCalibers): Run {
    const { options, parts, store, recorder, record, account, blacklist, seats } = this.#own;
    const { mutedTripwires, canary, plugins, catalogues, onRun } = this.#own;
    const roll = rollOf(parts.driver);
    const { judgeFor, memory, places, patience = usualPatience, authorMs = usualAuthorMs } = parts;
    const place = { workspace: view.workspace, runFolder: folder.path, deckHome: options.home };
    const note = noteFor(record, view.run, "engine");
    const run = new Run(view, {
      driver: roll.driver,
      roll,
      calibers: known,
      catalogues,
      clock: systemClock,
      patience,
      mutedTripwires,
      authorMs,
      record,
      account,
      seats,
      blacklist,
      costSince: (at) => store.costSince(at),
      judge: judgeFor({
        ...place,
        tier: () => view.settings.brake,
        policy: () => policy.current(note),
        ...(plugins && { plugins: bridgeView(plugins) }),
      }),
      plugins:
        plugins === undefined
          ? noPlugins
          : runPlugins({
              deck: plugins,
              workspace: view.workspace,
              runFolder: folder.path,
              isAirgapped: () => view.settings.airgap,
            }),
      ...(canary === undefined
        ? {}
        : { canary: () => canary.start(view.run), endCanary: () => canary.leave(view.run) }),
      ...(memory === undefined ? {} : { memory }),
      ...(places === undefined
        ? {}
        : { places: places({ settings: view.settings, isWalled: wall.agents !== undefined }) }),
      wall,
      ...runFiles({ folder, store, recorder, record }),
    });
    onRun(run);
    return run;
  }
}

const choiceOf = ({ agents, why }: RunWall): EventBody<"sandbox.chosen"> => ({
  mode: agents === undefined ? "none" : "wall",
  why,
});
