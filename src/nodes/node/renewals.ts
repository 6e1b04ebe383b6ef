import { randomUUID } from "node:crypto";
import { messageOf } from "../../base/fault.ts";
import type { Asking } from "../hub/hub.ts";
import { theHost } from "../hub/subjects.ts";
import { nodeWireVersion } from "../wire/letters.ts";
import { asked, renewedSchema } from "../wire/questions.ts";
import type { LifeTimes } from "./told-lease.ts";

export interface RenewalParts {
  asking: Asking;
  /** By which the host knows the lives that follow each other in one folder. */
  dataId: string;
  /** As the host tells them, from then on. */
  lease: LifeTimes;
  /** A lease was granted, by this life of the host, and this policy is in force. */
  onGranted: (host: string, policy: string) => void;
  /** There is no lease now, and why. */
  onNone: (why: string) => void;
}

/** Asks the host for the renewals of one life of the node. The first host that has granted one is the only one that counts for it. */
export function renewals({
  asking,
  dataId: data,
  lease,
  onGranted,
  onNone,
}: RenewalParts): (boot: string) => Promise<boolean> {
  let host: string | null = null;
  return async (boot) => {
    const body = { wire: nodeWireVersion, boot, host, data };
    const question = { what: asked.renew, id: randomUUID(), body, timeoutMs: lease.times.renewMs };
    try {
      const answer = await asking.ask(theHost, question, renewedSchema);
      if (!answer.isGranted) {
        onNone(answer.why ?? "the host does not know this life of the node");
        return false;
      }
      if (host !== null && answer.host !== host) {
        onNone("another life of the host has answered");
        return false;
      }
      if (!lease.hear(answer.lease)) {
        onNone("the host counts its leases otherwise than when this life of the node began");
        return false;
      }
      host = answer.host;
      onGranted(host, answer.policy);
      return true;
    } catch (error) {
      onNone(messageOf(error));
      throw error;
    }
  };
}
