import { oneLine } from "../../base/text.ts";
import { heading } from "../../protocol/briefing.ts";
import type { DeckEvent } from "../../protocol/event.ts";

/** What has held all agents up since the daemon was last told, and whether it still does. Empty when nothing has. */
export function accountSection(inputs: readonly DeckEvent[]): string {
  const lines = inputs.flatMap((event, at) => {
    // Told again with another time, or over: the last word counts.
    const isOld = inputs.slice(at + 1).some(({ type }) => type === "account.held");
    if (event.type === "account.released") return [`- agents begin again since ${moment(event.at)}.`];
    if (event.type !== "account.held" || isOld) return [];
    const { kind, since, reason, retry_at } = event.body;
    if (kind === "correlated")
      return [
        `- no further construct starts: ${oneLine(reason, 300)}. What is queued is kept, and the netrunner is asked. ` +
          "Spawn nothing that would end in the same way.",
      ];
    const until = retry_at === null ? "" : `, to be tried again at ${moment(retry_at)}`;
    return [
      `- agents are held up since ${moment(since)}: ${oneLine(reason, 300)}${until}. ` +
        "What you spawn meanwhile is queued and starts afterwards; nothing fails because of it.",
    ];
  });
  return lines.length === 0 ? "" : [heading.account, ...lines].join("\n");
}

const moment = (at: number): string => new Date(at).toISOString();
