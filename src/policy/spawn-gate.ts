import { unreachable } from "../base/fault.ts";
import { oneLine } from "../base/text.ts";
import { refuse, type Refusal } from "./refusal.ts";

/** What a spawn has to wait for: a position among the actions of the same block, counting from 1, or a construct's id. */
export type SpawnReference = number | string;

/** A spawn that somebody asks for; nothing in it has been checked. */
export interface SpawnRequest {
  task: string;
  after?: readonly SpawnReference[] | undefined;
  /** Its own position in the daemon's block; a spawn of the netrunner's has none. */
  position?: number | undefined;
}

/** What the gate has to know about the run. */
export interface SpawnState {
  run: "open" | "paused" | "closed";
  /** Constructs that this run has started or queued so far. */
  spawned: number;
  /** The most constructs of a run; 0 means no cap. */
  cap: number;
  /** Ids of the run's constructs, also of those that have ended. */
  constructs: ReadonlySet<string>;
  /** The spawn actions of the same block: position, and what each waits for. */
  block: ReadonlyMap<number, readonly SpawnReference[]>;
}

/** May this construct be queued? The reason is written for whoever asked: the daemon, or the netrunner. */
export function admit(request: SpawnRequest, state: SpawnState): { ok: true } | ({ ok: false } & Refusal) {
  const refusal = runRefusal(state) ?? taskRefusal(request) ?? capRefusal(state) ?? afterRefusal(request, state);
  return refusal === undefined ? { ok: true } : { ok: false, ...refusal };
}

function runRefusal(state: SpawnState): Refusal | undefined {
  switch (state.run) {
    case "open":
      return undefined;
    case "paused":
      return refuse("spawn.paused", "The run is paused; nothing is started until the netrunner resumes it.");
    case "closed":
      return refuse("spawn.closed", "The run is closed; a new goal opens a new one.");
    default:
      return unreachable(state.run);
  }
}

function taskRefusal(request: SpawnRequest): Refusal | undefined {
  if (request.task.trim() !== "") return undefined;
  return refuse("spawn.task", "The task is empty; write down everything that the construct has to know.");
}

/** Written so that a cap or a count that is no number refuses. */
function capRefusal(state: SpawnState): Refusal | undefined {
  if (state.cap === 0 || state.spawned < state.cap) return undefined;
  return refuse(
    "spawn.cap",
    `This run has had ${state.spawned} of its ${state.cap} constructs; the netrunner can raise the cap, or finish with what there is.`,
  );
}

function afterRefusal(request: SpawnRequest, state: SpawnState): Refusal | undefined {
  for (const reference of request.after ?? []) {
    const problem = referenceProblem(reference, request, state);
    if (problem !== undefined) return refuse("spawn.after", problem);
  }
  if (request.position !== undefined && waitsForItself(request, state))
    return refuse("spawn.after", "These spawns wait for each other in a circle; let one of them start without after.");
  return undefined;
}

function referenceProblem(reference: SpawnReference, request: SpawnRequest, state: SpawnState): string | undefined {
  if (typeof reference === "string") {
    if (!/^cx-[0-9a-f]{8}$/.test(reference))
      return `after: ${oneLine(reference, 40)} is no construct id; give cx- and 8 hex digits, or a position in this block.`;
    return state.constructs.has(reference) ? undefined : `after: this run has no construct ${reference}.`;
  }
  if (!Number.isInteger(reference) || reference < 1)
    return `after: ${reference} is no position; positions are whole numbers that count from 1.`;
  if (reference === request.position) return `after: spawn ${reference} cannot wait for itself.`;
  if (!state.block.has(reference))
    return `after: action ${reference} of this block is not a spawn that is carried out.`;
  return undefined;
}

/** Follows the positions that a spawn waits for, and those that they wait for. */
function waitsForItself(request: SpawnRequest, state: SpawnState): boolean {
  const seen = new Set<SpawnReference>();
  const open: SpawnReference[] = [...(request.after ?? [])];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    if (next === request.position) return true;
    if (typeof next === "string" || seen.has(next)) continue;
    seen.add(next);
    open.push(...(state.block.get(next) ?? []));
  }
  return false;
}
