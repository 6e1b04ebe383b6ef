import type { Clock } from "../../base/clock.ts";
import type { Port } from "../../host/port.ts";
import { endingHost } from "./show/ending-host.ts";

/** When it is said for the first time what a host that ends waits for, and after how long again, milliseconds. */
const firstMs = 3000;
const againMs = 10_000;

/** Waits for what ends a host, and says meanwhile what that waits for. */
export async function tellWhileEnding<T>(
  ending: Promise<T>,
  { port, clock, tell }: { port: Pick<Port, "send">; clock: Clock; tell: (text: string) => void },
): Promise<T> {
  const over = new AbortController();
  const look = async (): Promise<void> => {
    try {
      const [status, fleet] = await Promise.all([
        port.send({ type: "host.status" }),
        port.send({ type: "nodes.list" }),
      ]);
      if (!over.signal.aborted) tell(endingHost(status, fleet));
    } catch {
      // A host that does not answer any more has ended: that is what is waited for.
    }
  };
  const lookIn = (ms: number): void => void clock.after(ms, () => void look().then(() => lookIn(againMs)), over.signal);
  lookIn(firstMs);
  try {
    return await ending;
  } finally {
    over.abort();
  }
}
