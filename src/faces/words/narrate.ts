import { oneLine } from "../../base/text.ts";
import { blacklistRules } from "../../protocol/blacklist.ts";
import { troubleWords } from "../../protocol/account.ts";
import { count } from "../../base/units.ts";
import { showCaliber } from "../../protocol/caliber.ts";
import { refusalText } from "../../protocol/catalogue.ts";
import type { DeckEvent, EventBody } from "../../protocol/event.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import { accountAsks, narrateAccount } from "./narrate-account.ts";
import { counted, money, spell } from "./amounts.ts";
import type { Style } from "./style.ts";
import { constructWord, runWord } from "./state-word.ts";

/** An event in words. */
export interface Telling {
  /** Whom it is about: a construct's id, "daemon", "run", "deck". */
  who: string;
  word: string;
  text: string;
  style: Style;
  /** Worth a permanent line above the live block, which shows the rest by itself. */
  lasting: boolean;
}

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
        : lasting("run", "EJECTED", `${count(event.body.survivors.length, "process", "processes")} left`, "alarm");
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

function narrateConstruct(event: DeckEvent): Telling | undefined {
  switch (event.type) {
    case "construct.queued":
      return passing(event.body.construct, "queued", event.body.task);
    case "pool.hit":
      return passing(event.body.construct, "warm", `its agent was up: ${event.body.spare}`);
    case "pool.missed":
      return event.body.reason === "off" ? undefined : passing(event.body.construct, "cold", missText(event.body));
    case "construct.started":
      return passing(event.body.construct, "started", "");
    case "caliber.clamped":
      return clampedText(event.body);
    case "caliber.fast_applied":
      return passing(event.body.construct, "fast mode", `${event.body.model}, at its price`);
    case "caliber.fast_skipped":
      return passing(event.body.construct, "not fast", event.body.why);
    case "construct.told":
      return lasting(event.body.construct, "told", event.body.text, "plain");
    case "construct.unread":
      return lasting(event.body.construct, "NOT READ", `it ended before it had read: ${event.body.text}`, "warning");
    case "queue.moved": {
      const { construct, before } = event.body;
      return passing(construct, "moved", before === null ? "waits last" : `waits before ${before}`);
    }
    case "construct.redirected":
      return lasting(
        event.body.construct,
        "redirected",
        `${event.body.successor} goes on: ${event.body.text}`,
        "strong",
      );
    case "construct.tool_called":
      return passing(event.body.construct, "calls", `${event.body.tool} ${event.body.input}`);
    case "plugin.called":
      return passing(event.body.construct, "plugin", `${event.body.plugin} ${event.body.args}`);
    case "plugin.failed":
      return lasting(event.body.construct, "plugin", `${event.body.plugin} did not start`, "warning");
    case "plugin.refused":
      return lasting(event.body.construct, "plugin", `refused: ${event.body.reason}`, "warning");
    case "construct.surfaced": {
      const { title, path, text } = event.body;
      const of = title === "" ? "" : `${title}: `;
      return lasting(event.body.construct, "shows you", `${of}${path ?? oneLine(text ?? "", 200)}`, "strong");
    }
    case "construct.retrying":
      return passing(event.body.construct, "retries", `in ${spell(event.body.in_ms)}: ${event.body.reason}`);
    case "hold.opened": {
      const { construct, tool, input, rule } = event.body;
      return lasting(construct, "HELD", `${tool} ${oneLine(input, 160)} (${rule})`, "alarm");
    }
    case "hold.closed":
      return lasting(event.body.construct, "answered", `${event.body.end}: ${event.body.note ?? "no note"}`, "plain");
    case "gate.bypassed": {
      const text = `${event.body.tool} ran without an allow: the gate does not hold in this agent`;
      return lasting(event.body.construct, "UNGATED", text, "alarm");
    }
    case "construct.paused":
      return lasting(event.body.construct, event.body.how.toUpperCase(), event.body.why, "alarm");
    case "construct.parked":
      return passing(event.body.construct, "waits", `for the account: ${troubleWords[event.body.kind]}`);
    case "construct.unparked":
      return passing(event.body.construct, "goes on", "in the same session");
    case "construct.agent_died": {
      const { construct, exit, goes_on: goesOn } = event.body;
      const then = goesOn ? "it goes on in its session with another one" : "it does not go on any more";
      return lasting(construct, "killed", `its agent was killed from outside (${oneLine(exit, 60)}); ${then}`, "alarm");
    }
    case "construct.suspended":
      // Told as the death of its agent.
      if (event.body.agent_died) return undefined;
      return event.body.died
        ? lasting(event.body.construct, "cut off", "its deck died; it goes on in its session", "warning")
        : lasting(event.body.construct, "suspended", "it goes on when the run is resumed", "warning");
    case "construct.restarted":
      return lasting(event.body.construct, "restarted", "its session is lost: it begins its task once more", "warning");
    case "bound.raised":
      return lasting("you", "raised", `the bound of ${event.body.construct}`, "strong");
    case "construct.continued":
      return lasting(event.body.construct, "goes on", "", "plain");
    case "tripwire.fired":
      return firedText(event.body);
    case "gate.judged": {
      const { construct, tool, input, rule, reason } = event.body;
      if (event.body.decision === "allow") return undefined;
      return lasting(construct, "denied", `${tool} ${oneLine(input, 120)}: ${reason} (${rule})`, "warning");
    }
    case "construct.ended": {
      const state = constructWord(event.body.outcome.state);
      return lasting(event.body.construct, `${state.glyph} ${state.word}`, endText(event.body.outcome), state.style);
    }
    default:
      return undefined;
  }
}

function clampedText({ construct, asked, given, why }: EventBody<"caliber.clamped">): Telling {
  const text = `runs on ${showCaliber(given)} in place of ${showCaliber(asked)}: ${why}`;
  return lasting(construct ?? "daemon", "clamped", text, "plain");
}

function authoredText({ rules, refused }: EventBody<"tripwires.authored">): Telling {
  const names = rules.map(({ name }) => name).join(", ");
  const admitted = `${counted(rules.length, "tripwire")} for this goal${names === "" ? "" : `: ${names}`}`;
  const others = refused.map(({ name, reason }) => `; ${name} was refused: ${reason}`).join("");
  return passing("author", "wrote", `${admitted}${others}`);
}

/** What the brake has denied anyway is told by its verdict. */
function firedText(fired: EventBody<"tripwire.fired">): Telling | undefined {
  const { construct, name, severity, found, message, consequence } = fired;
  if (consequence === "none") return undefined;
  const style = { inform: "warning", hold: "warning", kill: "alarm" } as const;
  return lasting(construct, "TRIPWIRE", `${name} (${severity}): ${found}. ${message}`, style[consequence]);
}

/** How a construct ended, the figures first: the text may be cut at the end. */
function endText(outcome: Outcome): string {
  const facts = [spell(outcome.duration_ms), money(outcome.cost_usd)];
  if (outcome.files.length > 0) facts.push(counted(outcome.files.length, "file"));
  if (outcome.denials.length > 0) facts.push(`${outcome.denials.length} denied`);
  if (outcome.state !== "done") facts.push(outcome.cause);
  const words = outcome.refusal ?? (outcome.result || outcome.stderr);
  return `${facts.join(" · ")}${words === "" ? "" : `: ${words}`}`;
}

const missText = ({ reason, detail }: EventBody<"pool.missed">): string =>
  `no agent of the warm pool (${detail === "" ? reason : `${reason}: ${detail}`})`;

const settingsText = (settings: object): string =>
  Object.entries(settings)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join(", ");

function policyText({ path, rules, entries }: { path: string; rules: string[]; entries: number }): string {
  return `${path}: ${counted(rules.length, "rule")}, ${count(entries, "list entry", "list entries")}`;
}

const ofAccount = (told: Pick<Telling, "word" | "text" | "style"> | undefined): Telling | undefined =>
  told && lasting("account", told.word, told.text, told.style);

const passing = (who: string, word: string, text: string): Telling => ({
  who,
  word,
  text,
  style: "plain",
  lasting: false,
});

const lasting = (who: string, word: string, text: string, style: Style): Telling => ({
  who,
  word,
  text,
  style,
  lasting: true,
});
