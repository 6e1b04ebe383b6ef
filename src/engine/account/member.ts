import type { AccountHold, AccountRelease, AccountTrouble } from "../../protocol/account.ts";
import type { AttentionItem } from "../../protocol/attention.ts";
import { raiseAttention, type Attention } from "../attention.ts";
import type { Note } from "../journal.ts";

/** A run, as far as the account is concerned. */
export interface MemberParts {
  note: Note;
  /** Who may begin has changed. */
  onChange: () => void;
}

/** Tells a run of the account: on its record, and with one attention item a hold. */
export interface Member {
  held(hold: AccountHold): void;
  released(hold: AccountHold, how: AccountRelease, now: number): void;
  onChange(): void;
  leave(): void;
}

export function newMember({ note, onChange }: MemberParts): Member {
  let item: Attention | undefined;
  return {
    held(hold) {
      note("account.held", hold);
      const next = nextStep(hold);
      if (next !== undefined) item ??= raiseAttention(note, about(hold, next));
    },
    released({ kind, since }, how, now) {
      note("account.released", { kind, how, held_ms: Math.max(0, now - since) });
      item?.close(how === "netrunner" ? "continued" : "ended");
      item = undefined;
    },
    onChange,
    leave() {
      item?.close("ended");
      item = undefined;
    },
  };
}

const about = ({ kind, reason }: AccountHold, next: string): Omit<AttentionItem, "item"> => ({
  kind: `account.${kind}`,
  text: reason,
  next,
});

const release = "cyberdeck account release";

/** What the netrunner can do; nothing where it is over soon by itself. */
const nextSteps: Record<AccountTrouble, string | undefined> = {
  credential: `Log in with the agent itself (run claude), or set its key; then let it go on with: ${release}`,
  usage_limit: `Nothing is lost: all goes on by itself when the limit is over. If you have raised it: ${release}`,
  overload: undefined,
  correlated: `Look at what they died of; then let the queue go on with: ${release}`,
};

/** Each machine has a login of its own. */
const nextStep = ({ kind, place }: AccountHold): string | undefined =>
  kind === "credential" && typeof place === "string"
    ? `Log in on ${place} with the agent itself (run claude there), or set its key there; then let it go on with: ${release}`
    : nextSteps[kind];
