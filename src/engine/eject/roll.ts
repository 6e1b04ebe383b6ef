import type { AgentDriver, AgentSession, StopReport } from "../../drivers/agent.ts";
import { Fault } from "../../base/fault.ts";

/** Every agent that a run has started, whoever asked for it: constructs, daemon, author, spares. */
export interface Roll {
  /** The same driver, on whose sessions this keeps an eye. */
  readonly driver: AgentDriver;
  /** The marks that processes of the run bear, or have borne. */
  readonly marks: readonly string[];
  /** From now on nothing more is started; what is being started is ended as soon as it is there. */
  shut(): void;
  /** Ends all of them at once, with everything that they started. The reports of those that were alive. */
  kill(): Promise<StopReport[]>;
  /** Those on other places of whose end there is no proof: nothing that is looked for here would find them. */
  readonly unproven: readonly Elsewhere[];
}

/** An agent on another place, by its mark. */
export interface Elsewhere {
  agent: string;
  place: string;
}

export function rollOf(driver: AgentDriver): Roll {
  const marks = new Set<string>();
  const alive = new Set<AgentSession>();
  const opening = new Set<Promise<unknown>>();
  const far = new Map<AgentSession, Elsewhere>();
  let isShut = false;

  /** The proof is what its place says when everything of it is to be ended; one that is gone is asked once more. */
  const proveFar = async (session: AgentSession): Promise<void> => {
    if ((await session.stop("hard")).proven) far.delete(session);
  };
  const enter = async (agent: string, coming: Promise<AgentSession>): Promise<AgentSession> => {
    const session = await coming;
    alive.add(session);
    if (session.place !== undefined) {
      far.set(session, { agent, place: session.place });
      void session.closed.then(() => proveFar(session));
    }
    // What it may have left behind then is ended by whoever it worked for.
    void session.closed.then(() => alive.delete(session));
    if (isShut) await session.stop("hard");
    return session;
  };

  return {
    driver: {
      ...driver,
      open(spec) {
        if (isShut) return Promise.reject(ejected());
        marks.add(spec.id);
        const entered = enter(spec.id, driver.open(spec));
        const settled = entered.catch(() => "told to whoever has asked for it");
        opening.add(settled);
        void settled.then(() => opening.delete(settled));
        return entered;
      },
    },
    get marks() {
      return [...marks];
    },
    shut() {
      isShut = true;
    },
    async kill() {
      const stops = Array.from(alive, (session) => session.stop("hard"));
      await Promise.all(opening);
      const reports = await Promise.all([...stops, ...Array.from(alive, (session) => session.stop("hard"))]);
      await Promise.all(Array.from(far.keys(), proveFar));
      return reports;
    },
    get unproven() {
      return [...far.values()];
    },
  };
}

const ejected = (): Fault =>
  new Fault("refused", "run.ejected", "everything in this run is being stopped", {
    hint: "Resume it, or open another run.",
  });
