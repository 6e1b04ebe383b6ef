import type { HubProbe } from "../hub/probe.ts";
import type { HubAccess } from "../hub/settings.ts";
import { theHost, type Party } from "../hub/subjects.ts";
import type { ServerLook } from "./server-look.ts";

/** The settings of a hub as they were found. */
export interface HubGiven {
  access: HubAccess;
  /** Where they are, in words. */
  from: string;
  /** Files with a secret in them that others on this machine may read. */
  open: readonly string[];
}

/** What the single checks go by. Each part is found out once; one that cannot be had is told by the check that it belongs to. */
export interface HubState {
  me: Party;
  version: string;
  given: () => Promise<HubGiven>;
  looks: () => Promise<{ url: string; look: ServerLook }[]>;
  probe: () => Promise<HubProbe>;
  /** The same, for a check that says nothing where another one has told why there is none. */
  probeIfAny: () => Promise<HubProbe | undefined>;
}

/** The host's own view is the usual one. */
export const isHost = ({ me }: Pick<HubState, "me">): boolean => me === theHost;
