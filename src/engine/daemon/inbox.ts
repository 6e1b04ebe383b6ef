import type { DeckEvent } from "../../protocol/event.ts";

/**
 * What the daemon has not been told yet: the recorded events that concern it, less those that a finished turn has
 * conveyed. It is a fold over the log, so it is the same after a crash as before.
 */
export class Inbox {
  #waiting: DeckEvent[] = [];
  #asides: DeckEvent[] = [];
  /** Inputs of turns that have started and not ended, by turn number. */
  readonly #underWay = new Map<number, Set<number>>();

  /** Looks at one recorded event. */
  see(event: DeckEvent): void {
    if (event.type === "daemon.turn_started") this.#underWay.set(event.body.turn, new Set(event.body.inputs));
    else if (event.type === "daemon.turn_ended") this.#close(event.body.turn, event.body.valid);
    else if (isAside(event)) this.#asides.push(event);
    else if (concernsDaemon(event)) this.#waiting.push(event);
  }

  /** In the order in which they happened. What is not worth a turn of its own waits for something that is. */
  get waiting(): readonly DeckEvent[] {
    return this.#waiting.every(isBeside) ? [] : this.#waiting;
  }

  /** The same, with what is only told when there is something to tell. */
  get untold(): readonly DeckEvent[] {
    return [...this.#waiting, ...this.#asides].sort((one, other) => one.seq - other.seq);
  }

  /** Some of these were told in a turn that did not come to its end: the daemon may have read them. */
  mayKnow(inputs: readonly DeckEvent[]): boolean {
    return inputs.some(({ seq }) => [...this.#underWay.values()].some((turn) => turn.has(seq)));
  }

  /** Only outcomes wait: more may follow shortly and share the turn. */
  get onlyOutcomes(): boolean {
    return this.#waiting.every((event) => comesWithOutcomes.has(event.type) || isBeside(event));
  }

  #close(turn: number, valid: boolean): void {
    const conveyed = this.#underWay.get(turn);
    this.#underWay.delete(turn);
    if (!valid || conveyed === undefined) return;
    this.#asides = this.#asides.filter((event) => !conveyed.has(event.seq));
    this.#waiting = this.#waiting.filter((event) => !conveyed.has(event.seq));
  }
}

/** What is recorded around the end of a construct, and can wait for others that end with it. */
const comesWithOutcomes = new Set<DeckEvent["type"]>([
  "construct.ended",
  "construct.redirected",
  "construct.unread",
  "construct.queued",
]);

/** What is told with the next turn, whenever that comes. */
const isBeside = (event: DeckEvent): boolean =>
  event.type === "catalogue.changed" ||
  event.type === "account.released" ||
  // Only of what its constructs die of can the daemon make something.
  (event.type === "account.held" && event.body.kind !== "correlated");

/** What the daemon should know, and need not think about at once. */
const isAside = ({ type }: DeckEvent): boolean => type === "bound.reached" || type === "bound.raised";

function concernsDaemon(event: DeckEvent): boolean {
  switch (event.type) {
    case "goal.set":
    case "goal.changed":
    case "netrunner.said":
    case "construct.ended":
    case "daemon.action_rejected":
    case "daemon.read":
    case "respawn.warned":
    case "blacklist.added":
    case "blacklist.removed":
    case "blacklist.allowed":
    case "catalogue.changed":
    case "account.held":
    case "account.released":
      return true;
    case "construct.redirected":
      return true;
    case "construct.queued":
      return event.body.origin === "netrunner";
    case "construct.unread":
    case "spawn.refused":
      return event.body.origin === "daemon";
    default:
      return false;
  }
}
