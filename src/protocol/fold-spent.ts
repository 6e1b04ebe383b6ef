import { unreachable } from "../base/fault.ts";
import type { DeckEvent } from "./event.ts";
import { addSpent, type Role, type Spent } from "./spent.ts";
import type { RunView } from "./view.ts";

/** Folds what agents use into the view, in place. */
export function foldSpent(view: RunView, event: DeckEvent): void {
  switch (event.type) {
    case "agent.used": {
      const { agent, role, requests, cost_usd: costUsd, tokens } = event.body;
      const account = accountOf(view, role, agent);
      if (account !== undefined) book(account, { requests, costUsd, tokens });
      break;
    }
    // Records of before single requests were counted tell what a turn has cost only here.
    case "daemon.turn_ended":
      if (view.daemon.requests === 0) view.daemon.costUsd += event.body.cost_usd;
      break;
    case "tripwires.authored":
    case "author.failed":
      if (view.tripwires.requests === 0) view.tripwires.costUsd += event.body.cost_usd;
      break;
    default:
  }
}

function accountOf(view: RunView, role: Role, agent: string): Spent | undefined {
  switch (role) {
    case "construct":
      return view.constructs[agent];
    case "daemon":
      return view.daemon;
    case "author":
      return view.tripwires;
    case "watchdog":
      return view.watchdog;
    default:
      return unreachable(role);
  }
}

function book(account: Spent, spent: Spent): void {
  const { requests, costUsd, tokens } = addSpent(account, spent);
  Object.assign(account, { requests, costUsd, tokens });
}
