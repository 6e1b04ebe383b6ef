import type { AgentEvent, AgentSession, TurnEnd } from "../../drivers/agent.ts";
import { troubleWords, type AccountTrouble } from "../../protocol/account.ts";
import { heading } from "../../protocol/briefing.ts";
import type { Account } from "../account/account.ts";
import type { Note } from "../journal.ts";
import type { Mail } from "./mail.ts";

export interface ParkingParts {
  construct: string;
  account: Account;
  mail: Pick<Mail, "open" | "close">;
  note: Note;
  /** It begins or ceases to wait. */
  onWait: (isWaiting: boolean) => void;
}

/** Has a turn that the provider has refused to everybody wait, and repeats it in the same session. */
export interface Parking {
  /** Looks at what the agent does; a turn that only goes on asking in vain is broken off. */
  see(event: AgentEvent, session: AgentSession): void;
  /** Whether this end of a turn is the end. False when the turn has been begun again by now, or nobody waits any more. */
  counts(turn: TurnEnd, session: AgentSession): Promise<boolean>;
  /** Its end has begun. */
  end(): void;
}

export function parkingOf({ construct, account, mail, note, onWait }: ParkingParts): Parking {
  const ending = new AbortController();
  let trouble: AccountTrouble | undefined;
  return {
    see(event, session) {
      const found = account.see(construct, event, session.place ?? null);
      trouble = found ?? trouble;
      // The agent itself would go on for minutes with a login that is not accepted.
      if (found !== undefined && event.type === "retrying")
        session.interrupt().catch(() => "it is ending already, which its events tell");
    },
    async counts(turn, session) {
      const met = trouble;
      // One that has more to do begins its next turn by itself, and is refused there.
      if (turn.queued > 0) return true;
      trouble = undefined;
      if (turn.ok || met === undefined || ending.signal.aborted) return true;
      const { place = null } = session;
      mail.close();
      onWait(true);
      note("construct.parked", { construct, kind: met, until: account.holdAt(place)?.retry_at ?? null });
      const mayGoOn = await account.pass(construct, AbortSignal.any([ending.signal, session.signal]), true, place);
      onWait(false);
      if (!mayGoOn) return false;
      note("construct.unparked", { construct });
      mail.open(session, repeatMessage(met));
      return false;
    },
    end: () => ending.abort(),
  };
}

/** What an agent is told whose work was broken off from outside. */
const repeatMessage = (met: AccountTrouble): string =>
  `${heading.fromDeck} You were interrupted because ${troubleWords[met]}; that is over. ` +
  "Go on with your task where you stopped. What you have done already is done: do not do it again.";
