import { blacklistRules } from "../../protocol/blacklist.ts";
import { count } from "../../base/units.ts";
import { showCaliber } from "../../protocol/caliber.ts";
import { refusalText } from "../../protocol/catalogue.ts";
import type { DeckEvent, EventBody } from "../../protocol/event.ts";
import { accountAsks, narrateAccount } from "./narrate-account.ts";

import { narrateConstruct } from "./narrate-construct.ts";
import { runWord } from "./state-word.ts";
import { lasting, passing, type Telling } from "./telling.ts";

/** What to tell the netrunner about an event; undefined when it is not worth a line. */
export function narrate(event: DeckEvent): Telling | undefined {
  switch (event.type) {
    case "run.opened":
      return passing("run", "opened", `${event.run} in ${event.body.folder}`);
    case "run.resumed":
      return passing("run", "resumed", event.run);
    case "sandbox.chosen":
      return event.body.mode === "wall"
        ? passing("run", "walled", event.body.why)
        : lasting("run", "no wall", event.body.why, "warning");
    case "run.waiting":
      return lasting("daemon", "WAITING FOR YOU", event.body.question, "alarm");
    case "run.paused":
      return lasting("run", "PAUSED", `${event.body.reason} (${event.body.rule})`, "alarm");
    case "run.continued":
      return lasting("run", "goes on", "there is room again at its bound", "plain");
    case "run.closed":
      return passing("run", runWord(event.body.status).word, event.body.reason);
    case "run.ejecting":
      return event.body.completes
        ? lasting("deck", "EJECT", "the deck died over it; it is completed now", "alarm")
        : lasting("you", "EJECT", event.body.reason, "alarm");
    case "run.ejected":
      return event.body.proven
        ? lasting("run", "ejected", `nothing is left; ${event.body.snapshot ?? "no snapshot"}`, "strong")
        : lasting("run", "EJECTED", leftText(event.body), "alarm");
    case "goal.set":
      return passing("run", "goal", event.body.goal);
    case "goal.changed":
      return lasting("you", "new goal", event.body.to, "strong");
    case "netrunner.said":
      return lasting("you", "said", event.body.text, "strong");
    case "settings.changed":
      return lasting("you", "set", settingsText(event.body.settings), "strong");
    case "blacklist.added":
      return lasting("deck", "forbids", event.body.entry.task, "warning");
    case "blacklist.removed":
      return lasting("deck", "forbids no more", event.body.entry.task, "plain");
    case "blacklist.allowed":
      return lasting("you", "allowed", event.body.task, "strong");
    case "spawn.refused":
      if (event.body.rule === blacklistRules.ask)
        return lasting("deck", "ASKS YOU", `${event.body.task}: ${event.body.reason}; ${askedHint}`, "alarm");
      return lasting("deck", "refused", `${event.body.reason} (${event.body.rule}): ${event.body.task}`, "warning");
    case "policy.loaded":
      return passing("policy", "in force", policyText(event.body));
    case "policy.refused":
      return lasting("policy", "REFUSED", event.body.problem, "alarm");
    case "policy.removed":
      return lasting("policy", "removed", `${event.body.path} is gone: the shipped tiers are in force`, "warning");
    case "catalogue.changed":
      return passing(event.body.kind, event.body.change, `${event.body.name}: ${event.body.path}`);
    case "catalogue.refused":
      return lasting(event.body.kind, "REFUSED", refusalText(event.body), "alarm");
    case "profile.replaced": {
      const { profile, by, reason } = event.body;
      return lasting(event.body.construct, "adopts", `${by} in place of ${profile}: ${reason}`, "warning");
    }
    case "account.limited":
    case "account.held":
    case "account.released":
      return ofAccount(narrateAccount(event));
    case "canary.passed":
      return passing("gate", "tried", `it holds in ${event.body.agent} ${event.body.version}`);
    case "canary.failed":
      return passing("gate", "failed", event.body.problem);
    case "attention.raised":
      // What concerns all of them pauses the run, which is told.
      if (event.body.construct === undefined) return ofAccount(accountAsks(event.body));
      return lasting(event.body.construct, "NEEDS YOU", `${event.body.text} ${event.body.next}`, "alarm");
    case "attention.closed":
      return passing("deck", "answered", event.body.how);
    case "tripwires.authored":
      return authoredText(event.body);
    case "author.failed": {
      const text = `no tripwires of this goal's own, the shipped ones hold: ${event.body.reason}`;
      return lasting("author", "failed", text, "warning");
    }
    case "tripwire.muted":
      return lasting("you", event.body.muted ? "muted" : "unmuted", `the tripwire ${event.body.name}`, "strong");
    case "strays.ended": {
      const { processes, proven } = event.body;
      const ended = `${processes.length === 1 ? "a process" : `${processes.length} processes`} that a dead deck had left behind`;
      if (!proven) return lasting("deck", "warning", `not all is ended of ${ended}`, "bad");
      return processes.length === 0 ? undefined : lasting("deck", "ended", ended, "plain");
    }
    case "watchdog.asked":
      return passing("you", "asked", event.body.question);
    case "watchdog.answered":
      return passing("watchdog", "answers", event.body.answer);
    case "watchdog.failed":
      return passing("watchdog", "failed", event.body.reason);
    case "deck.warned":
      return lasting("deck", "warning", event.body.message, "warning");
    default:
      return narrateDaemon(event) ?? narrateConstruct(event);
  }
}

const askedHint = 'let it through with: cyberdeck blacklist allow "PART OF THE TASK"';

function narrateDaemon(event: DeckEvent): Telling | undefined {
  switch (event.type) {
    case "daemon.started":
      return passing("daemon", "started", `${showCaliber(event.body.caliber)}, ${event.body.backend}`);
    case "daemon.turn_started":
      return passing("daemon", "thinking", `turn ${event.body.turn}`);
    case "daemon.thinking":
      return passing("daemon", "plans", event.body.text);
    case "daemon.chat":
      return lasting("daemon", "says", event.body.text, "strong");
    case "daemon.action_rejected":
      return lasting("daemon", "misspoke", `action ${event.body.position}: ${event.body.problem}`, "warning");
    case "daemon.raw":
      return lasting("daemon", "misspoke", `a reply without a valid action block: ${event.body.text}`, "warning");
    case "daemon.error":
      return lasting("daemon", "error", event.body.message, "bad");
    case "daemon.status":
      return event.body.status === "respawn"
        ? lasting("daemon", "restarts", "its process was given up; a fresh one goes on with its memory", "warning")
        : undefined;
    case "daemon.ended":
      return event.body.proven ? undefined : lasting("daemon", "ended", "not everything it started is gone", "bad");
    default:
      return undefined;
  }
}

function authoredText({ rules, refused }: EventBody<"tripwires.authored">): Telling {
  const names = rules.map(({ name }) => name).join(", ");
  const admitted = `${count(rules.length, "tripwire")} for this goal${names === "" ? "" : `: ${names}`}`;
  const others = refused.map(({ name, reason }) => `; ${name} was refused: ${reason}`).join("");
  return passing("author", "wrote", `${admitted}${others}`);
}

const settingsText = (settings: object): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");

function policyText({ path, rules, entries }: { path: string; rules: string[]; entries: number }): string {
  return `${path}: ${count(rules.length, "rule")}, ${count(entries, "list entry", "list entries")}`;
}

const ofAccount = (told: Pick<Telling, "word" | "text" | "style"> | undefined): Telling | undefined =>
  told && lasting("account", told.word, told.text, told.style);

function leftText({ survivors, elsewhere }: EventBody<"run.ejected">): string {
  const left = `${count(survivors.length, "process", "processes")} left`;
  const places = [...new Set(elsewhere.map(({ place }) => place))];
  return places.length === 0 ? left : `${left} here; on ${places.join(", ")}, not proven`;
}
