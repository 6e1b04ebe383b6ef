import type { Check } from "../../engine/doctor/check.ts";
import { probeHub } from "../hub/probe-hub.ts";
import type { HubProbe } from "../hub/probe.ts";
import type { Party } from "../hub/subjects.ts";
import { nodesCheck, paceCheck } from "./fleet-checks.ts";
import type { HubGiven, HubState } from "./hub-state.ts";
import { loginCheck, serverCheck, settingsCheck, tlsCheck } from "./link-checks.ts";
import { lookAtServer } from "./server-look.ts";
import { rightsCheck, storeCheck, streamsCheck } from "./stock-checks.ts";

export interface HubCheckParts {
  /** Reads the settings and the secrets that they name. Called once. */
  given: () => Promise<HubGiven>;
  /** As whom the hub is looked at: "host", or the name of a node. */
  me: Party;
  /** Of Cyberdeck, here. */
  version: string;
}

/** Whether the hub of a fleet is fit for it. Nothing is made or changed there. */
export function hubChecks({ given, me, version }: HubCheckParts): { checks: Check[] } & AsyncDisposable {
  let opened: HubProbe | undefined;
  const state: HubState = {
    me,
    version,
    given: once(given),
    looks: once(async () => {
      const { access } = await state.given();
      return Promise.all(
        access.urls.map(async (url) => ({
          url,
          look: await lookAtServer(new URL(url), access.tls, AbortSignal.timeout(lookMs)),
        })),
      );
    }),
    probe: once(async () => {
      opened = await probeHub({ me, access: (await state.given()).access });
      return opened;
    }),
    async probeIfAny() {
      try {
        // To one that has not proven who it is, no login is sent; and one that wants more of us would not answer.
        const isOpen = (await state.looks()).some(({ look }) => look.kind === "server" && look.tls.kind !== "refused");
        return isOpen ? await state.probe() : undefined;
      } catch {
        return undefined; // Told by the check that it belongs to.
      }
    },
  };
  const checks = [settingsCheck, serverCheck, tlsCheck, loginCheck, rightsCheck, storeCheck, streamsCheck].map(
    (check) => check(state),
  );
  return {
    checks: [...checks, paceCheck(state), nodesCheck(state)],
    async [Symbol.asyncDispose]() {
      await opened?.[Symbol.asyncDispose]();
    },
  };
}

/** The longest that a server is waited for, milliseconds. */
const lookMs = 5000;

function once<T>(find: () => Promise<T>): () => Promise<T> {
  let found: Promise<T> | undefined;
  return () => {
    found ??= find();
    // Each of those who wait for it deals with it.
    found.catch(() => undefined);
    return found;
  };
}
