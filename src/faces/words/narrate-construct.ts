import { count } from "../../base/units.ts";
import { oneLine } from "../../base/text.ts";
import { troubleWords } from "../../protocol/account.ts";
import { showCaliber } from "../../protocol/caliber.ts";
import type { DeckEvent, EventBody } from "../../protocol/event.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import { showReturned } from "../../protocol/workspace.ts";
import { money, spell } from "./amounts.ts";
import { constructWord } from "./state-word.ts";
import { lasting, passing, type Telling } from "./telling.ts";

/** What to tell of an event of a construct, its pool, its gate; undefined for all others. */
export function narrateConstruct(event: DeckEvent): Telling | undefined {
  switch (event.type) {
    case "construct.queued":
      return passing(event.body.construct, "queued", event.body.task);
    case "pool.hit":
      return passing(event.body.construct, "warm", `its agent was up: ${event.body.spare}`);
    case "pool.missed":
      return event.body.reason === "off" ? undefined : passing(event.body.construct, "cold", missText(event.body));
    case "construct.unplaced":
      return passing(event.body.construct, "waits", `for a place: ${event.body.why}`);
    case "construct.started": {
      const { construct, place } = event.body;
      return passing(construct, "started", place === null ? "" : `on ${place}`);
    }
    case "workspace.packed": {
      const { construct, place, left } = event.body;
      if (event.body.goes_on) return passing(construct, "goes on", `in its copy of the workspace on ${place}`);
      const stayed = left.count === 0 ? "" : `; ${count(left.count, "file")} left behind`;
      return passing(construct, "copied", `the workspace is on ${place}${stayed}`);
    }
    case "workspace.returned": {
      const { construct, returned } = event.body;
      const style = { branch: "strong", nothing: "plain", refused: "alarm", lost: "warning" } as const;
      return lasting(construct, "came back", showReturned(returned), style[returned.how]);
    }
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
  if (outcome.files.length > 0) facts.push(count(outcome.files.length, "file"));
  if (outcome.denials.length > 0) facts.push(`${outcome.denials.length} denied`);
  if (outcome.state !== "done") facts.push(outcome.cause);
  const words = outcome.refusal ?? (outcome.result || outcome.stderr);
  return `${facts.join(" · ")}${words === "" ? "" : `: ${words}`}`;
}

const missText = ({ reason, detail }: EventBody<"pool.missed">): string =>
  `no agent of the warm pool (${detail === "" ? reason : `${reason}: ${detail}`})`;
