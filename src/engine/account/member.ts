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
  /** Only what is on one place waits: what is known of all agents is not changed by it. */
  heldThere(hold: AccountHold): void;
  releasedThere(hold: AccountHold): void;
  onChange(): void;
  leave(): void;
}

export function newMember({ note, onChange }: MemberParts): Member {
  let item: Attention | undefined;
  const apart = new Map<AccountHold["place"], Attention>();
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
    heldThere(hold) {
      const next = nextStep(hold);
      if (next === undefined || apart.has(hold.place)) return;
      const { text, ...rest } = about(hold, next);
      apart.set(
        hold.place,
        raiseAttention(note, { ...rest, text: `${text}. Only what is there waits for it, and nothing new goes there` }),
      );
    },
    releasedThere({ place }) {
      apart.get(place)?.close("ended");
      apart.delete(place);
    },
    onChange,
    leave() {
      for (const one of [item, ...apart.values()]) one?.close("ended");
      item = undefined;
      apart.clear();
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
