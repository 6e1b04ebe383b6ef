import { unreachable } from "../../base/fault.ts";
import type { Action, ParsedBlock, SpawnAction } from "../../protocol/action.ts";
import type { Order } from "../../protocol/turn.ts";
import type { Note } from "../journal.ts";
import type { Bound } from "./decide.ts";

/** What the daemon can have done. Each either happens or gives the reason why not, which the daemon is told. */
export interface Hands {
  /**
   * Queues a construct and gives its id, or refuses it on the record.
   * @param ids what became of the earlier items of the same block, by position
   */
  spawn(action: SpawnAction, ids: ReadonlyMap<number, string>, order: Order): { id: string } | { refused: string };
  /** Undefined when it was delivered. */
  message(construct: string, text: string): string | undefined;
  cancel(construct: string, reason: string): string | undefined;
  /** Undefined when the construct has ended and its result has such a part. */
  read(construct: string, part: number): string | undefined;
  inFlight(): number;
  bound(): Bound | undefined;
  isOutOfBudget(): boolean;
  /** The cap on spawns has refused one. */
  isCapped(): boolean;
  /** Asks the netrunner, unless that is done already. */
  askForBudget(): void;
}

/** What of a block has been carried out, by position of the item. */
export interface CarriedOut {
  /** Those that are on the record as begun. */
  begun: ReadonlySet<number>;
  /** Those of which nothing is left to do. */
  done: ReadonlySet<number>;
  /** The constructs that came of them. */
  ids: ReadonlyMap<number, string>;
}

const nothing: CarriedOut = { begun: new Set(), done: new Set(), ids: new Map() };

/**
 * Carries out the valid actions of a block in order and reports the others back, item by item.
 * @param before what an earlier deck has done of it
 */
export function carryOut(
  parsed: ParsedBlock,
  { daemon, turn }: { daemon: string; turn: number },
  hands: Hands,
  note: Note,
  before = nothing,
): { spawned: number } {
  const ids = new Map(before.ids);
  let spawned = ids.size;
  for (const { position, item, problem } of parsed.rejected) {
    if (!before.done.has(position)) note("daemon.action_rejected", { daemon, position, item, problem });
  }
  for (const [index, action] of parsed.block.actions.entries()) {
    const position = parsed.positions[index] ?? index + 1;
    if (before.done.has(position)) continue;
    if (!before.begun.has(position)) note("daemon.action", { daemon, action, position });
    if (action.type === "spawn") {
      const result = hands.spawn(action, ids, { turn, position });
      if ("refused" in result) continue;
      ids.set(position, result.id);
      spawned += 1;
      continue;
    }
    const problem = perform(action, daemon, hands, note);
    if (problem !== undefined) {
      note("daemon.action_rejected", { daemon, position, item: JSON.stringify(action).slice(0, 200), problem });
    }
  }
  return { spawned };
}

function perform(action: Exclude<Action, SpawnAction>, daemon: string, hands: Hands, note: Note): string | undefined {
  switch (action.type) {
    case "message":
      return hands.message(action.construct, action.text);
    case "cancel":
      return hands.cancel(action.construct, action.reason);
    case "read": {
      const problem = hands.read(action.construct, action.part);
      if (problem === undefined) note("daemon.read", { daemon, construct: action.construct, part: action.part });
      return problem;
    }
    default:
      return unreachable(action);
  }
}
