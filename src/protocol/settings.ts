import { z } from "zod";
import { caliberSchema, effortSchema } from "./caliber.ts";
import { placeAskSchema, placements } from "./place.ts";
import { tierSchema } from "./verdict.ts";

export const sandboxes = ["auto", "on", "off"] as const;

/** How long a host that has nothing to do is kept, milliseconds: the next command need not wait for one. */
export const usualIdleMs = 15 * 60_000;

const fields = {
  max_concurrent: z.int().min(1),
  /** Constructs of the whole run; 0 means no cap. */
  max_spawns: z.int().min(0),
  /** Agent processes that may be starting at the same time: starting is bound by the processor. */
  max_starting: z.int().min(1),
  /** Of the constructs that nobody chooses one for. */
  caliber: caliberSchema,
  /** The parts of it that the netrunner has fixed: no other pick counts against them. */
  caliber_fixed: z.array(z.enum(["model", "effort"])),
  daemon_caliber: z.object({ model: z.string().min(1), effort: effortSchema }),
  brake: tierSchema,
  /** No network for any construct. */
  airgap: z.boolean(),
  /** The operating system's wall around constructs. `auto`: where the machine has one. */
  sandbox: z.enum(sandboxes),
  autopilot: z.boolean(),
  backend: z.enum(["streaming", "one-shot"]),
  /** The daemon's reply is constrained by a JSON schema: surer, at the price of a second model request a turn. */
  structured_reply: z.boolean(),
  /** The model behind the agents is the scripted one that ships with the deck. */
  offline: z.boolean(),
  /** Agent processes that are kept started and initialised for the next constructs; 0: none. */
  pool: z.int().min(0),
  /** Where the netrunner wants all constructs: no other pick counts against it. Empty: wherever there is room. */
  on: placeAskSchema,
  /** Where a construct goes if it may go anywhere: to this machine while that has room, or where the most is free. */
  placement: z.enum(placements),
  /** Constructs on this machine, where there are others; null: as many as work at the same time. */
  here_slots: z.int().min(0).nullable(),
  /** Constructs whose model supports it run in the provider's fast mode, at its price. */
  fast_mode: z.boolean(),
  /** Profile of the constructs that are given none. */
  profile: z.string().min(1),
  /** A construct that does nothing visible for so long is warned of, milliseconds; 0: never. */
  idle_warn_ms: z.int().min(0),
  /** A construct that does nothing visible for so long is stopped, milliseconds. */
  idle_limit_ms: z.int().min(1),
  /** Bounds of one construct, at which it pauses and the netrunner is asked: work in milliseconds, model requests, tokens of all kinds, US dollars. 0 means no bound. */
  time_limit_ms: z.int().min(0),
  construct_turns: z.int().min(0),
  construct_tokens: z.int().min(0),
  construct_usd: z.number().min(0),
  /** Bounds of a run, beside `budget_usd`: open time in milliseconds, model requests and tokens of all its agents. 0 means no bound. */
  run_time_ms: z.int().min(0),
  run_turns: z.int().min(0),
  run_tokens: z.int().min(0),
  /** What all runs of the home may cost together on one day, US dollars; 0 means no bound. */
  day_usd: z.number().min(0),
  /** How long a held call waits for the netrunner, milliseconds; 0: denied at once; null: it waits for ever. */
  hold_window_ms: z.int().min(0).nullable(),
  /** The user's own e-mail address, which constructs must not use; null: not known. Never read from the machine. */
  my_email: z.email().nullable(),
  /** Who writes tripwires for the goal: a cheap model, or nobody. */
  tripwire_author: z.union([caliberSchema, z.literal("off")]),
  /** Who answers questions from the record. */
  watchdog_caliber: caliberSchema,
  /** Days after which a run that is over may be removed; 0: it is kept for good. */
  retention_days: z.int().min(0),
  /** A run whose agents have cost so much pauses and asks, US dollars; 0 means no bound. */
  budget_usd: z.number().min(0),
  /** After so long without an open run and without a face the host of the home ends, milliseconds; 0: never. */
  host_idle_ms: z.int().min(0),
};

/** What holds for one run; recorded when it opens, so that a resume goes on under the same rules. */
export const runSettingsSchema = z.object({
  ...fields,
  // A record of a version that did not have these yet is read all the same.
  caliber_fixed: fields.caliber_fixed.default([]),
  airgap: fields.airgap.default(false),
  sandbox: fields.sandbox.default("auto"),
  hold_window_ms: fields.hold_window_ms.default(20_000),
  my_email: fields.my_email.default(null),
  tripwire_author: fields.tripwire_author.default("off"),
  watchdog_caliber: fields.watchdog_caliber.default({ model: "haiku", effort: "low" }),
  retention_days: fields.retention_days.default(0),
  pool: fields.pool.default(0),
  fast_mode: fields.fast_mode.default(false),
  on: fields.on.default({}),
  placement: fields.placement.default("spread"),
  here_slots: fields.here_slots.default(null),
  profile: fields.profile.default("default"),
  idle_warn_ms: fields.idle_warn_ms.default(0),
  construct_turns: fields.construct_turns.default(0),
  construct_tokens: fields.construct_tokens.default(0),
  construct_usd: fields.construct_usd.default(0),
  run_time_ms: fields.run_time_ms.default(0),
  run_turns: fields.run_turns.default(0),
  run_tokens: fields.run_tokens.default(0),
  day_usd: fields.day_usd.default(0),
  host_idle_ms: fields.host_idle_ms.default(usualIdleMs),
});
export type RunSettings = z.infer<typeof runSettingsSchema>;

/** What the netrunner can change while the run is at work; it holds from the next call or start on. */
export const liveSettingsSchema = z
  .object(fields)
  .pick({
    brake: true,
    airgap: true,
    hold_window_ms: true,
    max_concurrent: true,
    max_starting: true,
    max_spawns: true,
    pool: true,
    fast_mode: true,
    placement: true,
    here_slots: true,
    idle_warn_ms: true,
    idle_limit_ms: true,
    time_limit_ms: true,
    construct_turns: true,
    construct_tokens: true,
    construct_usd: true,
    run_time_ms: true,
    run_turns: true,
    run_tokens: true,
    budget_usd: true,
    day_usd: true,
    watchdog_caliber: true,
  })
  .partial();

/** What the netrunner can change when a run is opened again. What is not named stays as it is. */
export const changedSettingsSchema = z.object(fields).partial();

/** What a home may have of its own: the defaults of its runs. */
export const savedSettingsSchema = z
  .object(fields)
  .omit({ offline: true, caliber_fixed: true, on: true })
  .partial()
  .strict();
export type SavedSettings = z.infer<typeof savedSettingsSchema>;

const minute = 60_000;

/** @param cores processors of the machine */
export const defaultSettings = (cores: number): RunSettings => ({
  max_concurrent: 10,
  max_spawns: 30,
  max_starting: Math.max(1, cores),
  caliber: { model: "sonnet", effort: "high" },
  caliber_fixed: [],
  daemon_caliber: { model: "opus", effort: "high" },
  brake: "default",
  airgap: false,
  sandbox: "auto",
  autopilot: false,
  backend: "streaming",
  structured_reply: false,
  offline: false,
  pool: 3,
  fast_mode: false,
  on: {},
  placement: "spread",
  here_slots: null,
  profile: "default",
  idle_warn_ms: 5 * minute,
  idle_limit_ms: 10 * minute,
  time_limit_ms: 60 * minute,
  construct_turns: 0,
  construct_tokens: 0,
  construct_usd: 0,
  run_time_ms: 0,
  run_turns: 0,
  run_tokens: 0,
  day_usd: 0,
  retention_days: 0,
  hold_window_ms: 20_000,
  my_email: null,
  tripwire_author: { model: "haiku", effort: "low" },
  watchdog_caliber: { model: "haiku", effort: "low" },
  budget_usd: 0,
  host_idle_ms: usualIdleMs,
});
