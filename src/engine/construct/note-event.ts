import type { AgentEvent, AgentSession } from "../../drivers/agent.ts";
import { unreachable } from "../../base/fault.ts";
import { headAndTail } from "../../base/text.ts";
import type { Note } from "../journal.ts";
import { showInput } from "./show-input.ts";
import { shownChange } from "./shown-change.ts";

/** The most bytes of a text or tool output that the record keeps; the transcript has all of it. */
const recordedBytes = 8192;

/** Records that a construct's agent is there, and what it was given of the workspace. */
export function noteStart({ pid, command, place, copy }: AgentSession, construct: string, note: Note): void {
  note("construct.started", { construct, pid, command, place: place ?? null });
  if (copy !== undefined) note("workspace.packed", { construct, place: place ?? "", ...copy.packed });
}

/** Records what a construct's agent did. */
export function noteEvent(event: AgentEvent, construct: string, note: Note): void {
  switch (event.type) {
    case "ready":
      note("construct.ready", { construct, session_id: event.sessionId, model: event.model });
      break;
    case "said":
      note("construct.said", { construct, text: shorten(event.text) });
      break;
    case "thought":
      note("construct.thought", { construct, text: shorten(event.text) });
      break;
    case "tool.called": {
      const { id: call, tool } = event;
      const change = shownChange(tool, event.input);
      const input = showInput(tool, event.input);
      note("construct.tool_called", { construct, call, tool, input, ...(change === undefined ? {} : { change }) });
      break;
    }
    case "tool.returned": {
      const { id: call, failed } = event;
      note("construct.tool_returned", { construct, call, failed, text: shorten(event.text) });
      break;
    }
    case "retrying": {
      const reason = event.status === null ? event.reason : `${event.reason} (${event.status})`;
      note("construct.retrying", { construct, attempt: event.attempt, in_ms: event.inMs, reason });
      break;
    }
    case "limited":
      note("account.limited", { status: event.status, resets_at: event.resetsAt });
      break;
    case "unknown":
      note("agent.unknown", { agent: construct, kind: event.kind, raw: shorten(event.raw) });
      break;
    // The meter records what was used.
    case "used":
    case "alive":
    case "rejected":
    case "turn.ended":
      break;
    default:
      unreachable(event);
  }
}

const shorten = (text: string): string => headAndTail(text, recordedBytes).text;
