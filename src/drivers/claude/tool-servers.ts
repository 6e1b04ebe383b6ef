import type { McpServerConfig, Options } from "@anthropic-ai/claude-agent-sdk";
import type { SessionOwner, SessionSpec } from "../agent.ts";
import type { SurfaceAnswer, SurfaceWish } from "../../protocol/surfaced.ts";
import { deckServer, surfaceServer, type ToolFactory } from "./surface-tool.ts";

/** The servers of tools that a session gets: a worker the deck's own, a coordinator none. */
export function toolServers(
  factory: ToolFactory,
  spec: SessionSpec,
): Pick<Options, "mcpServers" | "mcpServersDelivery"> {
  if (spec.role.kind !== "worker") return {};
  const servers: Record<string, McpServerConfig> = {
    [deckServer]: surfaceServer(factory, (wish, call) => surfaceTo(spec, wish, call)),
  };
  for (const { name, command, args } of spec.servers ?? []) {
    // The deck's own stays what it is.
    if (name !== deckServer) servers[name] = { type: "stdio", command, args, alwaysLoad: true };
  }
  // What stands on a command line can be read by others on the machine: no secret of a server is in it.
  return { mcpServers: servers, mcpServersDelivery: "argv" };
}

/** Shows something to the netrunner in the name of whoever the session works for. */
export const surfaceTo = ({ surface }: SessionOwner, wish: SurfaceWish, call: string | null): Promise<SurfaceAnswer> =>
  surface?.(wish, call) ?? Promise.resolve(nobody);

const nobody: SurfaceAnswer = { ok: false, reason: "Nothing was shown: nobody looks at this session now." };

/** How long a server of tools may take to start, milliseconds: until then the agent waits with its first turn. */
const startMs = 10_000;

/** What the agent has to know of servers before it starts. */
export const serverEnvironment = ({ servers = [] }: SessionSpec): Record<string, string> =>
  servers.length === 0 ? {} : { MCP_TIMEOUT: String(startMs) };
