import { type Fault, unreachable } from "../base/fault.ts";

/** How a child ended. A union, because "no number" and "zero" must never be mixed up. */
export type Exit =
  | { how: "code"; code: number }
  | { how: "signal"; signal: NodeJS.Signals }
  /** It never ran; the fault says why. */
  | { how: "never"; fault: Fault };

/** In words: "code 1", "signal SIGKILL", "never started". */
export function showExit(exit: Exit): string {
  switch (exit.how) {
    case "code":
      return `code ${exit.code}`;
    case "signal":
      return `signal ${exit.signal}`;
    case "never":
      return `never started: ${exit.fault.message}`;
    default:
      return unreachable(exit);
  }
}
