import { Fault, messageOf } from "../../base/fault.ts";
import { inert, oneLine } from "../../base/text.ts";

const longest = 600;

/** What stderr says about something that was thrown: the message, the cause where it adds something, the next step. */
export function complaint(error: unknown, debug: boolean): string {
  const lines = [`error: ${shown(messageOf(error))}`];
  const cause = error instanceof Error ? error.cause : undefined;
  if (cause !== undefined) {
    const text = shown(messageOf(cause));
    if (!lines[0]?.includes(text)) lines.push(`cause: ${text}`);
  }
  const hint = error instanceof Fault ? error.hint : undefined;
  if (hint !== undefined) lines.push(`next: ${shown(hint)}`);
  else if (!(error instanceof Fault))
    lines.push("next: this is a mistake in cyberdeck; set CYBERDECK_DEBUG=1, run it again, and report what it prints");
  if (debug && error instanceof Error) lines.push(inert(error.stack ?? ""));
  return `${lines.join("\n")}\n`;
}

/** Many lines become one, so that a message cannot pass for several. */
const shown = (text: string): string => oneLine(text.slice(0, longest * 4), longest);
