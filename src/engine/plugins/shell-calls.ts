import type { AgentEvent } from "../../drivers/agent.ts";
import type { ToolCall } from "../../protocol/verdict.ts";

/** From which shell call of a construct that comes which speaks to the bridge in its name. */
export interface ShellCalls {
  /** A call runs from now on. */
  allowed(call: ToolCall): void;
  /** Its session was another construct's, whose shells may have left something running. */
  inherited(): void;
  /** Looks at what the agent did. */
  see(event: AgentEvent): void;
  /** The only shell call from which it can come; null: from one of several, or from what an earlier one has left behind. */
  readonly sole: string | null;
}

/**
 * The agent does not tell a shell for which call it runs. So that is known only while a single one is under way, and as long as
 * none before it looked as if it leaves something running. What becomes a daemon by itself is not seen.
 */
export function shellCalls(): ShellCalls {
  /** Under way, each with whether it may leave something running. */
  const open = new Map<string, boolean>();
  let isAnyLeft = false;
  return {
    allowed({ id, tool, input }) {
      if (tool === "Bash") open.set(id, mayLeave(Object(input)));
    },
    inherited() {
      isAnyLeft = true;
    },
    see(event) {
      if (event.type !== "tool.returned") return;
      const mayHaveLeft = open.get(event.id);
      // One that takes too long is let go on in the background, and its result says so.
      if (mayHaveLeft !== undefined) isAnyLeft ||= mayHaveLeft || /\bin (the )?background\b/i.test(event.text);
      open.delete(event.id);
    },
    get sole() {
      const [call, ...others] = open.keys();
      return call === undefined || others.length > 0 || isAnyLeft ? null : call;
    },
  };
}

function mayLeave(input: { command?: unknown; run_in_background?: unknown }): boolean {
  const { command, run_in_background: inBackground } = input;
  return (inBackground !== undefined && inBackground !== false) || typeof command !== "string" || leaving.test(command);
}

/** A single `&` that is no part of `&&` or of a redirection, a coprocess, and programs that start others to outlast them. */
const leaving =
  /(^|[^&<>|])&(?![&>])|\b(coproc|nohup|setsid|disown|daemonize|start-stop-daemon|systemd-run|at|batch|tmux|screen)\b/;
