/** What a tripwire can see of one construct. The engine makes these from the gate's calls and the agent's events. */
export type Observation =
  /** A tool call that is about to run. `input` is whatever the model wrote. */
  | { kind: "call"; at: number; call: string; tool: string; input: unknown; targets?: readonly Target[] }
  /** What the call with this id returned. */
  | { kind: "result"; at: number; call: string; failed: boolean; text: string }
  /** What the model said. */
  | { kind: "text"; at: number; text: string }
  /** What the construct has cost so far, US dollars. */
  | { kind: "cost"; at: number; usd: number }
  /** Nothing was heard of it for `ms` milliseconds. */
  | { kind: "silence"; at: number; ms: number };

export type ObservationKind = Observation["kind"];
export type CallObservation = Extract<Observation, { kind: "call" }>;

/** One effect of a judged call, and where it goes. The zones are the workspace, the run folder and `/tmp`. */
export interface Target {
  effect: "read" | "write" | "delete";
  /** Absolute where it is known, otherwise as it was written. */
  path: string;
  zone: "inside" | "outside" | "unknown";
}
