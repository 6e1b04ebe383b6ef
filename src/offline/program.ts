import { Fault } from "../base/fault.ts";

/**
 * A worker's program: yields the tool calls of one reply, gets what they returned, and ends with its result. It is run
 * again from the start for each request, fed with the results in the request's history, so it must not depend on
 * anything else. That makes the model a pure function of the request.
 */
export type Program<Result> = Generator<PlannedCall[], Result, CallOutput[]>;

export interface PlannedCall {
  tool: string;
  input: Record<string, unknown>;
}

export interface CallOutput {
  text: string;
  failed: boolean;
}

export type ProgramState<Result> = { done: false; calls: PlannedCall[] } | { done: true; result: Result };

/** Runs a program through the turns that have been; says what it wants next, or its result. */
export function replay<Result>(program: Program<Result>, turns: CallOutput[][]): ProgramState<Result> {
  let step = program.next();
  for (const outputs of turns) {
    if (step.done === true) break;
    step = program.next(outputs);
  }
  return step.done === true ? { done: true, result: step.value } : { done: false, calls: step.value };
}

/** One call, whose failure ends the program: a denied call is not tried in another way. */
export function* mustCall(planned: PlannedCall): Program<string> {
  const output = (yield [planned])[0];
  if (output === undefined || output.failed) throw notDone(`${planned.tool} did not work: ${output?.text ?? ""}`);
  return output.text;
}

/** Runs programs side by side: each reply has the calls of all of them. */
export function* together<Result>(programs: Program<Result>[]): Program<Result[]> {
  const steps = programs.map((program) => program.next());
  for (;;) {
    const calls = steps.map((step) => (step.done === true ? [] : step.value));
    if (calls.every((list) => list.length === 0)) break;
    const outputs = yield calls.flat();
    let from = 0;
    for (const [index, list] of calls.entries()) {
      const program = programs[index];
      if (list.length === 0 || program === undefined) continue;
      steps[index] = program.next(outputs.slice(from, from + list.length));
      from += list.length;
    }
  }
  return steps.flatMap((step) => (step.done === true ? [step.value] : []));
}

/** The reason why a program gives up, as a sentence for whoever gave the task. */
export const notDone = (reason: string): Fault => new Fault("agent", "offline.not_done", reason);
