import type { DeckEvent } from "./event.ts";
import { isEnded, type ConstructView, type RunView, type Unheard } from "./view.ts";

/** Folds whether anything is heard of the machines that constructs are on into the view of those, in place. */
export function foldNodes(view: RunView, event: DeckEvent): void {
  switch (event.type) {
    case "node.went":
      // In all other cases what is on it ends, which is told of each construct.
      if (event.body.why === "silent")
        mark(onNode(view, event.body.node), { since: event.at, why: "node" }, ({ why }) => why === "link");
      break;
    case "node.came":
      for (const construct of onNode(view, event.body.node)) delete construct.unheard;
      break;
    case "hub.link":
      if (event.body.link === "down") mark(elsewhere(view), { since: event.at, why: "link" }, () => false);
      else for (const construct of elsewhere(view)) if (construct.unheard?.why === "link") delete construct.unheard;
      break;
    default:
  }
}

/** @param goesOver whether it takes the place of what is known already; since when stays as it is */
function mark(constructs: readonly ConstructView[], unheard: Unheard, goesOver: (known: Unheard) => boolean): void {
  for (const construct of constructs) {
    if (construct.unheard === undefined) construct.unheard = { ...unheard };
    else if (goesOver(construct.unheard)) construct.unheard.why = unheard.why;
  }
}

/** Those that have an agent on another machine. */
const elsewhere = (view: RunView): ConstructView[] =>
  Object.values(view.constructs).filter(
    (one) => one.place !== null && !isEnded(one) && one.state !== "queued" && one.state !== "suspended",
  );

const onNode = (view: RunView, node: string): ConstructView[] => elsewhere(view).filter(({ place }) => place === node);
