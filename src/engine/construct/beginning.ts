import type { SessionOwner } from "../../drivers/agent.ts";
import { taskMessage } from "../../protocol/briefing.ts";
import type { Outcome } from "../../protocol/outcome.ts";
import type { FastSwitch } from "../calibers/fast-governor.ts";
import type { SpawnSpec } from "./outcome-of.ts";
import { goOnMessage } from "./parking.ts";
import type { ConstructParts } from "./parts.ts";
import type { TakenSession } from "./sessions.ts";

/** How a construct comes by its session, and what it is told first. */
export interface Beginning {
  /** A session that works for this owner from now on. Rejects when none can be had. */
  take(owner: SessionOwner): Promise<TakenSession>;
  readonly message: string;
  /** Its fast mode, as far as it was decided on. */
  readonly fast?: FastSwitch;
}

/**
 * A session of its own, and the task; for one that is to go on in its earlier session, that one.
 * @param earlier outcomes of the constructs that it waited for
 */
export function freshBeginning(spec: SpawnSpec, parts: ConstructParts, earlier: Outcome[]): Beginning {
  const { workspace, runFolder } = parts;
  const { resume } = spec;
  const fast = parts.fastGovernor({ id: spec.id, model: spec.caliber.model }, parts.note(spec.id));
  return {
    fast,
    take: (owner) => {
      const wanted = { ...spec, fast: fast.isOn };
      return resume === undefined ? parts.sessions.take(wanted, owner) : parts.sessions.resume(wanted, owner, resume);
    },
    message:
      resume === undefined ? taskMessage({ workspace, runFolder, task: spec.task, earlier }) : goOnMessage(undefined),
  };
}
