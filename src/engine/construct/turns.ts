import type { AgentEvent } from "../../drivers/agent.ts";
import { inTurn, type Note } from "../journal.ts";

/** Counts the turns of one construct as its agent does: a message of the deck, until its result. */
export interface Turns {
  /** Looks at what the agent did, after everything else has: what comes behind the end of a turn is of the next one. */
  see(event: AgentEvent): void;
  /** The turn of a call: the one in which it was heard of first. What it has started may outlast that. */
  of(call: string): number;
  /** Puts the number of the turn on what is recorded of the construct's work. */
  on(note: Note): Note;
}

/** @param last the number of the turn that an earlier process of the construct was in; 0: there was none */
export function turnsAfter(last: number): Turns {
  let turn = last + 1;
  const calls = new Map<string, number>();
  const of = (call: string): number => {
    const known = calls.get(call) ?? turn;
    calls.set(call, known);
    return known;
  };
  return {
    of,
    see(event) {
      if (event.type === "turn.ended") turn += 1;
    },
    on: (note) => inTurn(note, (call) => (call === undefined ? turn : of(call))),
  };
}
