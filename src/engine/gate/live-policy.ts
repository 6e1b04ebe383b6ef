import type { BigIntStats } from "node:fs";
import type { Clock } from "../../base/clock.ts";
import { policyIn, type PolicyPlace } from "../../policy/policy-file/folders.ts";
import { shippedPolicy } from "../../policy/policy-file/parse.ts";
import type { PlacePolicy } from "../../policy/policy-file/policy.ts";
import type { Note } from "../journal.ts";
import { badOf, lookAt, policyFault, readPolicyFile, whereAndWhat, type PolicyReading } from "./policy-file.ts";

export interface LivePolicyParts {
  path: string;
  place: PolicyPlace;
  clock: Clock;
}

/** The policy file of a home while a run goes on. */
export interface LivePolicy {
  /**
   * What holds for a call that is made now. It looks at the file, reads it again if it has changed, and notes what has
   * come of that. A file that has become wrong changes nothing: the policy before it stays in force.
   */
  current(note: Note): PlacePolicy;
  /** What was in force at the last look, without another one. */
  readonly inForce: PlacePolicy;
  /** The text of that; null: there was no file, and the shipped tiers are in force. */
  readonly text: string | null;
}

/** Files that were changed so shortly before they were read may change again without looking different, milliseconds. */
const unsettled = 100;

/** Opens the policy of a home; a file that is wrong now is a fault, because there is no earlier one to go by. */
export function livePolicy({ path, place, clock }: LivePolicyParts): LivePolicy {
  const shipped = policyIn(shippedPolicy, place).policy;
  let seen = look(path);
  let readAt = clock.now();
  let reading = readIn(path, place);
  if (reading.kind === "bad") throw policyFault(path, reading);
  let inForce = reading.kind === "good" ? reading.inPlace : shipped;
  let text = reading.kind === "good" ? reading.text : null;
  let told = reading.kind === "absent";

  return {
    get inForce() {
      return inForce;
    },
    get text() {
      return text;
    },
    current(note) {
      const now = look(path);
      if (isChanged(seen, now, readAt)) {
        const before = reading;
        seen = now;
        readAt = clock.now();
        reading = readIn(path, place);
        if (reading.kind !== "bad") inForce = reading.kind === "good" ? reading.inPlace : shipped;
        if (reading.kind !== "bad") text = reading.kind === "good" ? reading.text : null;
        if (!isSame(before, reading)) told = false;
      }
      if (!told) tell(path, reading, note);
      told = true;
      return inForce;
    },
  };
}

type Found = Exclude<PolicyReading, { kind: "good" }> | (PolicyReading & { kind: "good"; inPlace: PlacePolicy });

function readIn(path: string, place: PolicyPlace): Found {
  const reading = readPolicyFile(path);
  if (reading.kind !== "good") return reading;
  const { policy, problems } = policyIn(reading.policy, place);
  return problems.length === 0 ? { ...reading, inPlace: policy } : badOf(problems);
}

/** Undefined: no file. A place that cannot be looked at is looked at again at each call. */
function look(path: string): BigIntStats | "unseen" | undefined {
  try {
    return lookAt(path);
  } catch {
    // Reading the file then says what is wrong with it.
    return "unseen";
  }
}

type Look = ReturnType<typeof look>;

function isChanged(before: Look, now: Look, readAt: number): boolean {
  if (now === undefined || before === undefined) return now !== before;
  if (now === "unseen" || before === "unseen") return true;
  const facts = ["mtimeNs", "ctimeNs", "size", "ino", "mode", "uid"] as const;
  if (facts.some((fact) => before[fact] !== now[fact])) return true;
  return readAt - Number(now.ctimeMs) < unsettled;
}

/** The same policy, or the same complaint, read once more is no news. */
const isSame = (one: Found, other: Found): boolean => toldOf(one) === toldOf(other);

const toldOf = (found: Found): string => JSON.stringify(found.kind === "good" ? { ...found, text: "" } : found);

function tell(path: string, reading: Found, note: Note): void {
  switch (reading.kind) {
    case "absent":
      note("policy.removed", { path });
      return;
    case "bad": {
      const { problem, more } = reading;
      const text = `${whereAndWhat(path, problem, more)}. The policy before this edit stays in force; ${problem.hint}.`;
      note("policy.refused", { path, problem: text });
      return;
    }
    case "good":
      note("policy.loaded", { path, rules: reading.rules, entries: reading.entries });
      if (reading.warning !== undefined) note("deck.warned", { code: "policy.open", message: reading.warning });
      return;
    default:
      return;
  }
}
