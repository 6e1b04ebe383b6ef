import { textsIn, windowOf } from "../input.ts";
import type { Observation } from "../observation.ts";
import type { Tripwire } from "../tripwire.ts";

/** The user's own e-mail address in what a construct says or does: agents are told it, and put it where it does not belong. */
export function emailInOutput(email: string): Tripwire {
  const wanted = email.trim().toLowerCase();
  return {
    name: "user-email",
    severity: "warning",
    watches: ["call", "text"],
    message: "The user's own e-mail address must not appear in commands, files or answers. Leave it out.",
    check(observation) {
      if (!wanted.includes("@")) return undefined;
      const text = textsOf(observation).find((candidate) => mentions(candidate.toLowerCase(), wanted));
      return text === undefined ? undefined : { found: "the user's e-mail address" };
    },
  };
}

function textsOf(observation: Observation): string[] {
  if (observation.kind === "text") return windowOf(observation.text).parts;
  return observation.kind === "call" ? textsIn(observation.input).texts.map(({ text }) => text) : [];
}

/** Whether the address stands in the text by itself, and not as a part of a longer one. */
function mentions(text: string, email: string): boolean {
  for (let at = text.indexOf(email); at !== -1; at = text.indexOf(email, at + 1)) {
    const before = text.charAt(at - 1);
    const after = text.slice(at + email.length, at + email.length + 2);
    if (!/[\w.%+-]/.test(before) && !/^(?:[\w-]|\.\w)/.test(after)) return true;
  }
  return false;
}
