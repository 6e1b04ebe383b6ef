import { z } from "zod";
import { accountHoldSchema, accountReleases, accountTroubles } from "../account.ts";
import { attentionEnds, attentionSchema } from "../attention.ts";
import { catalogueChangeSchema, refusedEntrySchema } from "../catalogue.ts";
import { tokensSchema } from "../outcome.ts";
import { roles } from "../spent.ts";
import { turnSchema } from "../turn.ts";

/** Bodies of the events that concern the deck, whatever runs in it. */
export const deckEvents = {
  /** An entry of a catalogue is there, is another or is gone: it holds for the next spawn. */
  "catalogue.changed": catalogueChangeSchema,
  /** An entry of a catalogue is wrong: its last good version stays in force, if there was one. */
  "catalogue.refused": refusedEntrySchema,
  /** Something waits for the netrunner. */
  "attention.raised": attentionSchema,
  "attention.closed": z.object({ item: z.string(), how: z.enum(attentionEnds) }),
  /**
   * What one model request of an agent (construct, daemon, author) has used. With `requests` 0, a correction at the end of a
   * turn: the agent's own total is what counts, and the sum of the earlier estimates was off by so much.
   */
  "agent.used": z.object({
    agent: z.string(),
    turn: turnSchema,
    role: z.enum(roles),
    model: z.string(),
    requests: z.int().min(0),
    cost_usd: z.number(),
    tokens: tokensSchema,
  }),
  /** What the provider says of the usage limit. */
  "account.limited": z.object({ status: z.string(), resets_at: z.number().nullable() }),
  /** Nothing begins any more in this deck. It is told again when the time of the next try changes. */
  "account.held": accountHoldSchema,
  "account.released": z.object({ kind: z.enum(accountTroubles), how: z.enum(accountReleases), held_ms: z.number() }),
  /** Something that came from an agent and that this version does not know. Kept, so that nothing is lost. */
  "agent.unknown": z.object({ agent: z.string(), kind: z.string(), raw: z.string() }),
  /**
   * What a dead deck had left running of these agents of the run is ended, before anything of it goes on; without a run, of all
   * that had been started for the home, which may be more than the agents on record. `proven`: nothing of it is left. An `agent`
   * that is not known is "".
   */
  "strays.ended": z.object({
    agents: z.array(z.string()),
    processes: z.array(z.object({ agent: z.string(), pid: z.int(), command: z.string() })),
    proven: z.boolean(),
  }),
  /** The record of the home was of an older version of its shape, and is up to date now; `copy` is the file as it was. */
  "record.upgraded": z.object({ from: z.int(), to: z.int(), copy: z.string() }),
  /** The netrunner has removed closed runs from the record, with so many events. */
  "runs.pruned": z.object({ runs: z.array(z.string()), events: z.int() }),
  "deck.warned": z.object({ code: z.string(), message: z.string() }),
} as const;
