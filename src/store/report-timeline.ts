import { oneLine } from "../base/text.ts";
import { showCost, showDuration } from "../base/units.ts";
import { refusalText } from "../protocol/catalogue.ts";
import { troubleWords } from "../protocol/account.ts";
import { boundText, showAmount } from "../protocol/bound.ts";
import type { DeckEvent } from "../protocol/event.ts";
import type { RunView } from "../protocol/view.ts";
import { showReturned } from "../protocol/workspace.ts";

/** Lines that are kept of the beginning and of the end of a long run. */
const kept = 100;

/** What happened when, a line for each event that a person would tell, with the time since the opening of the run. */
export function timelineOf(view: RunView, events: Iterable<DeckEvent>): string[] {
  const first: string[] = [];
  const last: string[] = [];
  let omitted = 0;
  for (const event of events) {
    const text = tellingOf(event);
    if (text === undefined) continue;
    const line = `${showElapsed(event.at - view.openedAt)}  ${text}`;
    if (first.length < kept) first.push(line);
    else last.push(line);
    if (last.length > kept) {
      last.shift();
      omitted += 1;
    }
  }
  const gap = omitted === 0 ? [] : [`          … ${omitted} more, see events.ndjson …`];
  return [...first, ...gap, ...last];
}

/** "  0:03.2", "1:02:03": right-aligned, so that the lines stand in columns. */
function showElapsed(ms: number): string {
  const tenths = Math.max(0, Math.round(ms / 100));
  const seconds = Math.floor(tenths / 10);
  const two = (n: number): string => String(n).padStart(2, "0");
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) % 60;
  const text =
    hours > 0 ? `${hours}:${two(minutes)}:${two(seconds % 60)}` : `${minutes}:${two(seconds % 60)}.${tenths % 10}`;
  return text.padStart(8);
}

const says = (who: string, text: string): string => `${who}: ${oneLine(text, 140)}`;

/** The event in a line, or undefined where it is only a step of something that is told anyway. */
function tellingOf(event: DeckEvent): string | undefined {
  switch (event.type) {
    case "run.opened":
      return "run opened";
    case "run.resumed":
      return "run resumed";
    case "sandbox.chosen":
      return says(
        event.body.mode === "wall" ? "wall around the constructs" : "no wall around the constructs",
        event.body.why,
      );
    case "run.waiting":
      return says("waits for the netrunner", event.body.question);
    case "run.paused":
      return says(`paused (${oneLine(event.body.rule, 40)})`, event.body.reason);
    case "run.continued":
      return "run goes on: there is room again at its bound";
    case "bound.reached":
      // The run's own is told as its pause.
      return event.body.construct === undefined ? undefined : says(event.body.construct, boundText(event.body));
    case "bound.raised":
      return says(event.body.construct, `its bound was raised to ${showAmount(event.body.which, event.body.to)}`);
    case "construct.agent_died":
      return says(event.body.construct, `its agent was killed from outside (${oneLine(event.body.exit, 60)})`);
    case "workspace.returned":
      return says(event.body.construct, `came back: ${showReturned(event.body.returned)}`);
    case "construct.suspended":
      if (event.body.agent_died) return says(event.body.construct, "goes on in its session with another agent");
      return says(event.body.construct, "suspended, to go on when the run does");
    case "construct.stalled":
      return says(event.body.construct, `nothing was heard of it for ${showDuration(event.body.silent_ms)}`);
    case "run.closed":
      return says(`run closed, ${event.body.status}`, event.body.reason);
    case "goal.set":
      return says("goal", event.body.goal);
    case "netrunner.said":
      return says("netrunner", event.body.text);
    case "account.held": {
      const { reason, retry_at, tries } = event.body;
      const again = tries === 0 ? "" : ` (tried in vain: ${tries})`;
      const until = retry_at === null ? "" : `; next try ${new Date(retry_at).toISOString()}`;
      return says(`ACCOUNT HELD${again}`, `${reason}${until}`);
    }
    case "account.released":
      return `the account is free again after ${showDuration(event.body.held_ms)} (${event.body.how})`;
    case "canary.passed":
      return `the gate holds in ${oneLine(`${event.body.agent} ${event.body.version}`, 60)}`;
    case "canary.failed":
      return says("the gate does not hold", event.body.problem);
    case "attention.raised":
      return says("NEEDS THE NETRUNNER", event.body.text);
    case "tripwires.authored":
      return says("tripwires of this goal", event.body.rules.map(({ name }) => name).join(", ") || "none");
    case "author.failed":
      return says("no tripwires of this goal's own", event.body.reason);
    case "tripwire.muted":
      return `the netrunner has ${event.body.muted ? "muted" : "unmuted"} the tripwire ${oneLine(event.body.name, 60)}`;
    case "watchdog.asked":
      return says("netrunner asked the watchdog", event.body.question);
    case "deck.warned":
      return says("warning", event.body.message);
    case "policy.loaded":
      return says("policy file in force", event.body.path);
    case "policy.refused":
      return says("POLICY FILE REFUSED", event.body.problem);
    case "policy.removed":
      return says("policy file removed", event.body.path);
    case "catalogue.changed":
      return `${event.body.kind} ${event.body.change}: ${event.body.name}`;
    case "catalogue.refused":
      return says(`${event.body.kind} REFUSED`, refusalText(event.body));
    case "spawn.refused":
      return says(`spawn refused (${oneLine(event.body.rule, 40)})`, event.body.task);
    default:
      return daemonTelling(event) ?? constructTelling(event);
  }
}

function daemonTelling(event: DeckEvent): string | undefined {
  switch (event.type) {
    case "daemon.started":
      return event.body.resumed === null ? "daemon started" : "daemon started again, with its memory";
    case "daemon.turn_started":
      return `daemon: turn ${event.body.turn}`;
    case "daemon.chat":
      return says("daemon", event.body.text);
    case "daemon.status":
      return event.body.status === "respawn" ? "daemon: its process was given up, a new one takes over" : undefined;
    case "daemon.error":
      return says("daemon in trouble", event.body.message);
    case "daemon.action_rejected":
      return says(`action ${event.body.position} of the daemon was not carried out`, event.body.problem);
    case "daemon.raw":
      return says("the daemon's reply had no valid action block", event.body.text);
    default:
      return undefined;
  }
}

function constructTelling(event: DeckEvent): string | undefined {
  if (!("construct" in event.body) || event.body.construct === undefined) return undefined;
  const id = oneLine(event.body.construct, 40);
  switch (event.type) {
    case "construct.queued":
      return says(`${id} queued`, event.body.task);
    case "construct.started":
      return `${id} started`;
    case "construct.told":
      return says(`${id} was told by the ${event.body.origin}`, event.body.text);
    case "construct.ending":
      return event.body.cause === "result" ? undefined : says(`${id} is being ended`, event.body.cause);
    case "construct.ended": {
      const { outcome } = event.body;
      const cause = outcome.cause === "result" ? "" : ` (${oneLine(outcome.cause, 60)})`;
      return `${id} ${outcome.state}${cause} after ${showDuration(outcome.duration_ms)}, ${showCost(outcome.cost_usd)}`;
    }
    case "plugin.called":
      return says(`${id} calls the plugin ${oneLine(event.body.plugin, 60)}`, event.body.args);
    case "plugin.failed":
      return `${id} works without the plugin ${oneLine(event.body.plugin, 60)}, which did not start`;
    case "plugin.refused":
      return says(`${id} was refused the plugin ${oneLine(event.body.plugin, 60)}`, event.body.reason);
    case "construct.surfaced":
      return says(`${id} shows a ${event.body.kind}`, [event.body.title, event.body.path ?? event.body.text].join(" "));
    case "construct.paused":
      return says(`${id} was ${event.body.how}`, event.body.why);
    case "construct.parked":
      return says(`${id} waits`, troubleWords[event.body.kind]);
    case "construct.unparked":
    case "construct.continued":
      return `${id} goes on`;
    case "tripwire.fired": {
      const { name, severity, found, consequence } = event.body;
      return says(`${id}: tripwire ${oneLine(name, 60)} (${severity}, ${consequence})`, found);
    }
    case "gate.judged":
      return event.body.decision === "deny"
        ? says(`${id} was denied ${oneLine(event.body.tool, 30)} (${oneLine(event.body.rule, 40)})`, event.body.input)
        : undefined;
    default:
      return undefined;
  }
}
