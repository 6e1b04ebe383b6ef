import type { AgentEvent, AgentExit } from "../../drivers/agent.ts";
import { headAndTail } from "../../base/text.ts";
import type { Suspended } from "../../protocol/suspended.ts";
import type { Account } from "../account/account.ts";
import { deathOf } from "../account/death.ts";
import type { Note } from "../journal.ts";
import { showExit } from "./tally.ts";

/**
 * So often does a construct go on after its agent was killed. An accident of the machine comes once, or once more while that is
 * in trouble; what kills an agent a third time in one task is more likely the task.
 */
export const mostRevivals = 2;

/** The same for an agent that was killed before its session was there: nothing tells yet that it can come up here. */
const mostEarlyRevivals = 1;

/** The most bytes of an agent's last words on the record. */
const lastWordsBytes = 2048;

export interface AgentDeathsParts {
  construct: string;
  account: Pick<Account, "died">;
  note: Note;
  /** In earlier lives. */
  earlier: Suspended["deaths"] | undefined;
  /** Its agent does not keep to the gate, or so it seems: it gets no other one. */
  isSuspected: () => boolean;
}

/** How often the agent of one construct was killed by somebody else than the deck, and what becomes of the construct then. */
export interface AgentDeaths {
  see(event: AgentEvent): void;
  /** Its agent is gone, and the deck has not ended it. True when the construct goes on in its session, with another one. */
  outlives(exit: AgentExit): boolean;
  readonly counted: Suspended["deaths"];
}

export function agentDeaths({ construct, account, note, earlier, isSuspected }: AgentDeathsParts): AgentDeaths {
  let counted = earlier ?? { all: 0, early: 0 };
  let isReady = false;
  return {
    see(event) {
      isReady ||= event.type === "ready";
    },
    outlives(exit) {
      // What it ends by itself for, it would end for again.
      if (!wasKilled(exit)) return false;
      const goesOn = counted.all < mostRevivals && (isReady || counted.early < mostEarlyRevivals) && !isSuspected();
      counted = { all: counted.all + 1, early: counted.early + (isReady ? 0 : 1) };
      const words = showExit(exit);
      const stderr = headAndTail(exit.stderr, lastWordsBytes).text;
      note("construct.agent_died", { construct, exit: words, stderr, early: !isReady, goes_on: goesOn });
      // When many die together the machine is in trouble: that is known before the first of them starts again. Those on one that
      // was lost die together of that.
      if (goesOn && exit.how !== "lost")
        account.died(construct, deathOf({ cause: "crash", exit: words, stderr: exit.stderr }) ?? words);
      return goesOn;
    },
    get counted() {
      return counted;
    },
  };
}

/** By a signal, which some agents tell as an exit code above 128, as a shell does; or with the machine that it was on. */
const wasKilled = (exit: AgentExit): boolean =>
  exit.how === "lost" || exit.how === "signal" || (exit.how === "code" && exit.code > 128);
