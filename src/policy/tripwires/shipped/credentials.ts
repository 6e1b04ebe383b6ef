import { printOf, windowOf } from "../input.ts";
import type { Tripwire } from "../tripwire.ts";
import { credentialsIn, showCredential } from "./tokens.ts";

/** A credential in what a tool returned. The model has read it by then, so its next call is held. */
export const credentialInOutput: Tripwire = {
  name: "credential-in-output",
  severity: "warning",
  watches: ["result"],
  message:
    "A tool has returned what looks like a real credential. Do not repeat it, store it or send it anywhere; " +
    "go on without it, or leave it to the netrunner.",
  check(observation) {
    if (observation.kind !== "result") return undefined;
    const found = windowOf(observation.text).parts.flatMap((part) => credentialsIn(part));
    if (found.length === 0) return undefined;
    // A file that is read again shows the same keys again: told once, however often they appear.
    const once = printOf(found.map(({ value }) => value).toSorted());
    return { found: found.map((credential) => showCredential(credential)).join(", "), once };
  },
};
