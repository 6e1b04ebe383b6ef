import { heading } from "../protocol/briefing.ts";
import { call, say, type Reply } from "./reply.ts";
import { structuredTool, type ModelRequest } from "./request.ts";

/** Whether the session that writes tripwires for a goal asks. */
export const isAuthor = (request: ModelRequest): boolean =>
  !request.canWork && request.firstUserText.startsWith(heading.author);

/** Rules for a goal, as the author of tripwires hands them in; the agent then asks once more, only to end the turn. */
export const propose = (rules: unknown[], request: ModelRequest): Reply =>
  request.toolResults.length > 0 ? say("Done.") : call(structuredTool, { rules });

/** All goals that the scripted model understands are about reading, so that an edit of what is there goes beyond them. */
export const answerAsAuthor = (request: ModelRequest): Reply =>
  propose(
    [
      {
        name: "goal/no-edits",
        severity: "warning",
        field: "input",
        tools: ["Edit", "MultiEdit", "NotebookEdit"],
        pattern: String.raw`\S\S`,
        message: "This goal is about reading: files that exist already stay as they are. Write a new file instead.",
      },
    ],
    request,
  );
