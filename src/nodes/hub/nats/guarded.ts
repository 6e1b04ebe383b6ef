import type { Msg } from "@nats-io/nats-core";
import { Fault, messageOf } from "../../../base/fault.ts";
import type { HubListeners } from "../hub.ts";

/**
 * A callback of a subscription. What it throws must not reach the client: that reads no more from its connection then, and does not say so.
 */
export function guarded(
  take: (message: Msg) => void,
  onTrouble: HubListeners["onTrouble"],
): (error: Error | null, message: Msg) => void {
  return (error, message) => {
    // A subscription that the server refuses is told as trouble of the connection.
    if (error !== null) return;
    try {
      take(message);
    } catch (thrown) {
      onTrouble?.(
        new Fault(
          "internal",
          "hub.reader_failed",
          `what came on ${message.subject} was not dealt with: ${messageOf(thrown)}`,
          {
            hint: "This is a mistake in Cyberdeck: please report it.",
            cause: thrown,
          },
        ),
      );
    }
  };
}
