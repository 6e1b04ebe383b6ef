import type { DeckEvent } from "./event.ts";
import type { RunView } from "./view.ts";

/** Folds what an event tells of the order in which constructs start into the view, in place. */
export function foldQueue(view: Pick<RunView, "queue" | "constructs">, event: DeckEvent): void {
  switch (event.type) {
    case "construct.queued":
      view.queue.push(event.body.construct);
      break;
    case "construct.started":
    case "construct.ended":
      view.queue = without(view.queue, event.body.construct);
      break;
    case "construct.suspended": {
      // What was at work comes before what was not, in the order in which it was stopped.
      const rest = without(view.queue, event.body.construct);
      const begun = rest.findIndex((id) => (view.constructs[id]?.suspended ?? null) === null);
      view.queue = rest.toSpliced(begun === -1 ? rest.length : begun, 0, event.body.construct);
      break;
    }
    case "queue.moved": {
      const { construct, before } = event.body;
      if (!view.queue.includes(construct)) break;
      const rest = without(view.queue, construct);
      const at = before === null ? -1 : rest.indexOf(before);
      view.queue = rest.toSpliced(at === -1 ? rest.length : at, 0, construct);
      break;
    }
    default:
  }
}

const without = (queue: readonly string[], construct: string): string[] => queue.filter((id) => id !== construct);
