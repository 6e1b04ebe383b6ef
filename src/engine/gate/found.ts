import type { ToolCall } from "../../protocol/verdict.ts";
import type { Judged } from "./judged.ts";

/** What was found out about a call on the machine on which it would run: only there is it known where its paths lead. */
export interface Found {
  /** What the brake there says. It may be made more severe here, and never less. */
  judged: Judged;
  /** What the netrunner is shown of the call, should it be held. */
  targets: readonly string[];
  diff: string | null;
  /** A wall there keeps the network from whatever the call runs. */
  isCutOff: boolean;
}

/** A call that would run on another machine. */
export interface FoundCall extends ToolCall {
  found: Found;
  /** It was allowed before, but what it was judged by has changed meanwhile; what was found out about it is the same. */
  isAgain?: boolean;
}

/** What is known of a call from elsewhere; undefined: it would run here, and this machine's own disk tells. */
export const foundOf = (call: ToolCall): Found | undefined => (isFound(call) ? call.found : undefined);

/** Whether the netrunner, who may have let it through, is not to be asked for the same once more. */
export const isAskedAgain = (call: ToolCall): boolean => isFound(call) && call.isAgain === true;

const isFound = (call: ToolCall): call is FoundCall => "found" in call;
