import type { ToolServer } from "../drivers/agent.ts";
import { priceOf } from "../policy/caliber/price.ts";
import { readMemory } from "../process/memory.ts";
import type { EventBody } from "../protocol/event.ts";
import { showAsk } from "../protocol/place.ts";
import type { RunView } from "../protocol/view.ts";
import { boundOf } from "./bounds.ts";
import type { Bound } from "./daemon/decide.ts";
import { Budget } from "./budget/budget.ts";
import { hasDollarBound } from "./budget/reached.ts";
import { todayOf, type Today } from "./budget/today.ts";
import { fastGovernor } from "./calibers/fast-governor.ts";
import type { StopWish } from "./closing.ts";
import type { SpawnSpec } from "./construct/outcome-of.ts";
import { isHereEnough } from "./construct/place-wish.ts";
import { controlOf, type Control } from "./control.ts";
import { suspendedIn } from "./resume/earlier-life.ts";
import { Fleet } from "./fleet.ts";
import { forbiddingOf, type Forbidding } from "./forbidding.ts";
import { joinRun, type Joiner } from "./joining.ts";
import { Holds } from "./gate/holds.ts";
import { newGateTrial, type GateTrial } from "./gate/trial.ts";
import { noteFor, type Note } from "./journal.ts";
import { meteringOf, type Metering } from "./meter.ts";
import { Pool } from "./pool/pool.ts";
import { outfitsOf, type Outfits } from "./profiles/outfits.ts";
import { queueHandOf, type QueueHand } from "./queue-hand.ts";
import type { RunParts } from "./run-parts.ts";
import { Authoring } from "./tripwires/authoring.ts";
import { tripwiresOf, type RunTripwires } from "./tripwires/rules.ts";

/** What a run is made of. */
export interface RunWorks {
  fleet: Fleet;
  pool: Pool;
  holds: Holds;
  outfits: Outfits;
  /** What keeps the run from going on, if anything. */
  bound: () => Bound | undefined;
  budget: Budget;
  today: Today;
  metering: Metering;
  trial: GateTrial;
  authoring: Authoring;
  tripwires: RunTripwires;
  forbidding: Forbidding;
  control: Control;
  queue: QueueHand;
  /** Queues one more construct of the netrunner's, or throws a fault that says why not. */
  join: (wish: Joiner) => string;
}

/** What its parts want of the run. */
export interface RunHooks {
  isOver: () => boolean;
  /** Who is queued or at work has changed. */
  onChange: () => void;
  /** What kept constructs from starting may be over. */
  goAhead: () => void;
  stop: (wish: StopWish) => void;
  changeSettings: (settings: EventBody<"settings.changed">["settings"]) => void;
}

/** Builds and connects the parts of a run; nothing starts by that but the spares of a run without a daemon. */
export function runWorks(view: RunView, parts: RunParts, hooks: RunHooks): RunWorks {
  const { driver, clock, transcript, account, catalogues, judge, plugins } = parts;
  const { settings, workspace } = view;
  const note = (source: string): Note => noteFor(parts.record, view.run, source);
  const own = note("engine");
  const windowMs = (): number | null => settings.hold_window_ms;
  const metering = meteringOf(
    (model, tokens, isFast) => priceOf(parts.calibers.models, model, tokens, isFast),
    own,
    () => hasDollarBound(settings) || outfits.hasDollarBound,
  );
  const shared = { driver, clock, transcript, note, account, metering };
  const holds = new Holds({ clock, note, windowMs });
  const tripwires = tripwiresOf({ settings, view: view.tripwires, muted: parts.mutedTripwires, clock, note: own });
  const outfits = outfitsOf({ catalogues, judge, workspace, note: own });
  const today = todayOf(clock, parts.costSince);
  const budget = new Budget({
    view,
    clock,
    note: own,
    today,
    limitsOf: (construct) => outfits.limitsOf(construct),
    workedOf: (construct) => fleet.at(construct)?.workedMs ?? 0,
    spawns: () => fleet.total,
    stop: (id, cause) => fleet.stop(id, cause, "hard"),
    change: hooks.changeSettings,
    end: (reason, cause) => hooks.stop({ status: "stopped", reason, how: "hard", cause }),
    onChange: () => {
      fleet.relimit();
      hooks.goAhead();
    },
  });
  const authoring = new Authoring({
    ...shared,
    view,
    tripwires,
    patienceMs: parts.authorMs,
    onSettled: () => fleet.pump(),
  });
  const servers = (spec: SpawnSpec): ToolServer[] => plugins.servers(spec, outfits.of(spec).canCall);
  const pool = new Pool({
    place: {
      driver,
      cwd: workspace,
      run: { id: view.run, folder: view.folder },
      wall: parts.wall.agents,
      servers,
    },
    needs: (spec) =>
      servers(spec).length > 0
        ? "tools of plugins"
        : isHereEnough(spec.on)
          ? undefined
          : `${showAsk(spec.on ?? {})}, which is not here`,
    clock,
    note: own,
    settings,
    memory: parts.memory ?? readMemory,
    onChange: () => fleet.pump(),
  });
  if (view.kind === "tasks") pool.open();
  const fleet = new Fleet({
    ...shared,
    budget,
    seats: parts.seats,
    fastGovernor: fastGovernor(settings, parts.calibers.models),
    sessions: pool,
    places: parts.places,
    staysHere: (spec) => (servers(spec).length > 0 ? "it has tools of plugins, which are here" : undefined),
    placeOf: (id) => view.constructs[id]?.place ?? null,
    isOpenEnded: view.kind === "goal",
    judge,
    outfits,
    holds,
    windowMs,
    tripwires,
    plugins,
    isWalled: parts.wall.agents !== undefined,
    isAirgapped: () => settings.airgap,
    workspace,
    runFolder: view.folder,
    limits: settings,
    settings,
    objection: (task) => forbidding.objection(task),
    before: (id) => suspendedIn(view, id),
    mayStart: () => trial.hasPassed && budget.ofRun === undefined && !authoring.isPending,
    order: () => view.queue,
    onChange: hooks.onChange,
  });
  const trial = newGateTrial({ canary: parts.canary, note: own, isOver: hooks.isOver, onEnd: hooks.goAhead });
  const bound = (): Bound | undefined => boundOf({ fleet, account, canaryProblem: () => trial.problem });
  const forbidding = forbiddingOf({ view, blacklist: parts.blacklist, clock, note });
  const control = controlOf({ view, fleet, forbidding, note, budget });
  const { models } = parts.calibers;
  const isOpen = (): boolean => !hooks.isOver();
  const { places } = parts;
  const joining = { view, fleet, models, outfits, plugins, places, forbidding, budget, bound, isOpen, note: own };
  return {
    fleet,
    pool,
    holds,
    outfits,
    bound,
    budget,
    today,
    metering,
    trial,
    authoring,
    tripwires,
    forbidding,
    control,
    queue: queueHandOf({ view, fleet, note }),
    join: (wish) => joinRun(wish, joining),
  };
}
