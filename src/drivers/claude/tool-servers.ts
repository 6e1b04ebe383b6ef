import type { McpServerConfig, Options } from "@anthropic-ai/claude-agent-sdk";
import type { SessionOwner, SessionSpec } from "../agent.ts";
import type { SurfaceAnswer, SurfaceWish } from "../../protocol/surfaced.ts";
import { deckServer, surfaceServer, type ToolFactory } from "./surface-tool.ts";

/** The servers of tools that a session gets: a worker the deck's own, a coordinator none. */
export function toolServers(factory: ToolFactory, spec: SessionSpec): Pick<Options, "mcpServers"> {
  if (spec.role.kind !== "worker") return {};
  const servers: Record<string, McpServerConfig> = {
    [deckServer]: surfaceServer(factory, (wish) => surfaceTo(spec, wish)),
  };
  return { mcpServers: servers };
}

/** Shows something to the netrunner in the name of whoever the session works for. */
export const surfaceTo = ({ surface }: SessionOwner, wish: SurfaceWish): Promise<SurfaceAnswer> =>
  surface?.(wish) ?? Promise.resolve(nobody);

const nobody: SurfaceAnswer = { ok: false, reason: "Nothing was shown: nobody looks at this session now." };
