import { pause } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";

/** What an agent's answer gives, or a fault when it takes longer than `ms`. */
export async function inTime<T>(answer: Promise<T>, ms: number): Promise<T> {
  const enough = new AbortController();
  const late = pause(ms, enough.signal).then((): never => {
    throw new Fault("agent", "agent.silent", `The agent did not answer within ${ms / 1000} s.`, {
      hint: "Start another one.",
    });
  });
  // Whoever loses is not waited for.
  late.catch(() => "it was in time");
  try {
    return await Promise.race([answer, late]);
  } finally {
    enough.abort();
  }
}
