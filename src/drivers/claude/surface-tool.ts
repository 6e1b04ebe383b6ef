import type { createSdkMcpServer, McpSdkServerConfigWithInstance, tool } from "@anthropic-ai/claude-agent-sdk";
import { z } from "zod";
import type { SessionOwner } from "../agent.ts";
import { messageOf } from "../../base/fault.ts";
import { surfaceKinds, surfaceWishSchema, type SurfaceAnswer, type SurfaceWish } from "../../protocol/surfaced.ts";

/** The name under which the agent knows the deck's own server of tools. No plugin may bear it. */
export const deckServer = "deck";

/** What of the SDK makes a server of tools. */
export interface ToolFactory {
  createSdkMcpServer: typeof createSdkMcpServer;
  tool: typeof tool;
}

/**
 * The deck's own tool of a construct, in this process. It is part of the request's stable beginning: each word of it is paid for
 * by every construct, and it must not differ between them.
 * @param surface whoever the session works for at the time of a call
 */
export function surfaceServer(
  factory: ToolFactory,
  surface: NonNullable<SessionOwner["surface"]>,
): McpSdkServerConfigWithInstance {
  const show = factory.tool(
    "surface",
    "Show the user a file (path) or a short note (text) at once, while you work.",
    {
      kind: z.enum(surfaceKinds),
      path: z.string().optional(),
      text: z.string().optional(),
      title: z.string().optional(),
    },
    async (input, extra) => {
      const { ok, reason } = await answerTo(input, (wish) => surface(wish, callIn(extra)));
      return { content: [{ type: "text", text: reason }], isError: !ok };
    },
  );
  // Without it the tool would hide behind the agent's search for tools.
  return factory.createSdkMcpServer({ name: deckServer, tools: [show], alwaysLoad: true });
}

/** Which of its calls this is, as the agent tells its servers of tools beside the input. */
const about = z.looseObject({ _meta: z.looseObject({ "claudecode/toolUseId": z.string() }) });

function callIn(extra: unknown): string | null {
  const told = about.safeParse(extra);
  return told.success ? told.data._meta["claudecode/toolUseId"] : null;
}

async function answerTo(
  input: unknown,
  surface: (wish: SurfaceWish) => Promise<SurfaceAnswer>,
): Promise<SurfaceAnswer> {
  const wish = surfaceWishSchema.safeParse(input);
  if (!wish.success)
    return { ok: false, reason: 'Nothing was shown: give {"kind":"file","path":…} or {"kind":"note","text":…}.' };
  try {
    return await surface(wish.data);
  } catch (error) {
    return { ok: false, reason: `Nothing was shown: ${messageOf(error)}` };
  }
}
