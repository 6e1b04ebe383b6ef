import { Option, type Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import type { Effort } from "../../../protocol/caliber.ts";
import { askOf } from "../../../protocol/place.ts";
import { isOfHome } from "../../../protocol/setting-table.ts";
import { parseSetting, settingNamed } from "../../../protocol/setting-value.ts";
import { sandboxes, type RunSettings, type SavedSettings } from "../../../protocol/settings.ts";
import type { Tier } from "../../../protocol/verdict.ts";
import { tiers } from "../../../protocol/verdict.ts";
import { addCaliberFlags, changedCaliber, chosenCaliber, type CaliberFlags } from "./caliber-flags.ts";
import {
  choiceOf,
  dollars,
  duration,
  effortOf,
  emailOf,
  placeOf,
  tierOf,
  wholeNumber,
  windowOf,
  words,
} from "./values.ts";

/** The flags that change what holds for a run. None has a default here: what was not given is not changed. */
export interface SettingFlags extends CaliberFlags {
  maxConcurrent?: number;
  maxSpawns?: number;
  maxStarting?: number;
  pool?: number;
  daemonModel?: string;
  daemonEffort?: Effort;
  autopilot?: boolean;
  /** False when `--no-streaming` was given. */
  streaming?: boolean;
  structured?: boolean;
  profile?: string;
  on?: string;
  label?: string[];
  brake?: Tier;
  sandbox?: RunSettings["sandbox"];
  airgap?: boolean;
  idleLimit?: number;
  timeLimit?: number;
  holdWindow?: number | "forever";
  myEmail?: string;
  tripwireAuthor?: string;
  budget?: number;
  /** Any other setting, by its name. */
  set?: SavedSettings;
}

/** @param usual what holds when a flag is not given, for the help texts */
export function addSettingFlags(command: Command, usual: RunSettings): Command {
  const minutes = (ms: number): string => `${ms / 60_000}m`;
  command
    .option(
      "--max-concurrent <n>",
      `constructs at work at the same time (default: ${usual.max_concurrent})`,
      wholeNumber("--max-concurrent", 1),
    )
    .option(
      "--max-spawns <n>",
      `constructs in all, 0 for no cap (default: ${usual.max_spawns})`,
      wholeNumber("--max-spawns", 0),
    )
    .option(
      "--max-starting <n>",
      `agent processes that start at the same time (default: one a core, ${usual.max_starting} here)`,
      wholeNumber("--max-starting", 1),
    )
    .option(
      "--pool <n>",
      `agents that are kept up for the next constructs, 0 for none (default: ${usual.pool})`,
      wholeNumber("--pool", 0),
    );
  return addCaliberFlags(command, usual)
    .option(
      "--profile <name>",
      `profile of the constructs that are given no other (default: ${usual.profile})`,
      words("--profile", "code_reviewer"),
    )
    .option(
      "--on <pool>",
      'run all constructs on machines of this pool, whatever the daemon picks; "here" is this one (default: wherever there is room)',
      placeOf("--on", "gpu"),
    )
    .option("--label <label>", "only on machines that have this; give it again for another", labels)
    .option(
      "--brake <tier>",
      `what constructs may do: ${tiers.join(", ")} (default: ${usual.brake})`,
      tierOf("--brake"),
    )
    .option(
      "--sandbox <when>",
      `the operating system's wall around constructs: ${sandboxes.join(", ")} (default: ${usual.sandbox}, where the machine can)`,
      choiceOf("--sandbox", sandboxes),
    )
    .option("--airgap", "no network for any construct; --no-airgap ends it when a run is resumed")
    .addOption(new Option("--no-airgap").hideHelp())
    .option(
      "--idle-limit <time>",
      `stop a construct that does nothing for so long (default: ${minutes(usual.idle_limit_ms)})`,
      duration("--idle-limit"),
    )
    .option(
      "--time-limit <time>",
      `ask before a construct works for longer than this (default: ${minutes(usual.time_limit_ms)})`,
      duration("--time-limit"),
    )
    .option(
      "--hold-window <time>",
      "deny a held call when nobody answers for so long; 0s: at once, forever: never (default: 20s)",
      windowOf("--hold-window"),
    )
    .option(
      "--my-email <address>",
      "your own address: a tripwire holds calls in which it appears (default: not known)",
      emailOf("--my-email"),
    )
    .option(
      "--budget <usd>",
      "pause the run when it has cost so many US dollars (default: no bound)",
      dollars("--budget"),
    )
    .option(
      "--set <name=value>",
      'any other setting for this run, as often as wanted: construct_usd=2 ("cyberdeck settings" lists them)',
      settingOf,
    );
}

/** Adds the flags of a run that has a daemon. */
export function addDaemonFlags(command: Command, usual: RunSettings): Command {
  return command
    .option(
      "--daemon-model <name>",
      `model of the daemon (default: ${usual.daemon_caliber.model})`,
      words("--daemon-model", "sonnet"),
    )
    .option(
      "--daemon-effort <level>",
      `effort of the daemon (default: ${usual.daemon_caliber.effort})`,
      effortOf("--daemon-effort"),
    )
    .option(
      "--tripwire-author <model>",
      `model that writes tripwires for the goal, or off (default: ${authorText(usual)})`,
      words("--tripwire-author", "haiku"),
    )
    .option("--autopilot", "the daemon goes on to the end without asking before each big step")
    .option("--no-streaming", "start a fresh daemon process for each turn")
    .option("--structured", "constrain the daemon's replies by a schema: surer, one more model request a turn");
}

/** What the flags change in settings that hold already; only what was given. */
export function changedSettings(flags: SettingFlags, now: RunSettings): Partial<RunSettings> {
  const { daemonModel, daemonEffort } = flags;
  return {
    ...Object.fromEntries(Object.entries(flags.set ?? {}).filter(([, value]) => value !== undefined)),
    ...(flags.maxConcurrent === undefined ? {} : { max_concurrent: flags.maxConcurrent }),
    ...(flags.maxSpawns === undefined ? {} : { max_spawns: flags.maxSpawns }),
    ...(flags.maxStarting === undefined ? {} : { max_starting: flags.maxStarting }),
    ...(flags.profile === undefined ? {} : { profile: flags.profile }),
    ...(flags.on === undefined && flags.label === undefined
      ? {}
      : { on: askOf({ pool: flags.on, labels: flags.label }) }),
    ...(flags.pool === undefined ? {} : { pool: flags.pool }),
    ...(flags.brake === undefined ? {} : { brake: flags.brake }),
    ...(flags.sandbox === undefined ? {} : { sandbox: flags.sandbox }),
    ...(flags.airgap === undefined ? {} : { airgap: flags.airgap }),
    ...(flags.autopilot === undefined ? {} : { autopilot: flags.autopilot }),
    ...(flags.streaming === false ? { backend: "one-shot" } : {}),
    ...(flags.structured === undefined ? {} : { structured_reply: flags.structured }),
    ...(flags.idleLimit === undefined ? {} : { idle_limit_ms: flags.idleLimit }),
    ...(flags.timeLimit === undefined ? {} : { time_limit_ms: flags.timeLimit }),
    ...(flags.holdWindow === undefined
      ? {}
      : { hold_window_ms: flags.holdWindow === "forever" ? null : flags.holdWindow }),
    ...(flags.budget === undefined ? {} : { budget_usd: flags.budget }),
    ...(flags.myEmail === undefined ? {} : { my_email: flags.myEmail }),
    ...(flags.tripwireAuthor === undefined ? {} : { tripwire_author: authorOf(flags.tripwireAuthor) }),
    ...changedCaliber(flags, now),
    ...(daemonModel === undefined && daemonEffort === undefined
      ? {}
      : { daemon_caliber: chosenCaliber(daemonModel, daemonEffort, now.daemon_caliber) }),
  };
}

const labels = (text: string, earlier: string[] = []): string[] => [...earlier, placeOf("--label", "cuda")(text)];

/** One more setting, as in construct_usd=2. */
function settingOf(text: string, before: SavedSettings | undefined): SavedSettings {
  const at = text.indexOf("=");
  if (at < 1)
    throw new Fault("usage", "cli.bad_value", `--set cannot be "${text}"`, {
      hint: "give a name and a value, as in --set construct_usd=2",
    });
  const line = settingNamed(text.slice(0, at));
  if (isOfHome(line.field))
    throw new Fault("usage", "cli.home_setting", `${line.name} is a setting of the home, not of a run`, {
      hint: `set it for good: cyberdeck settings set ${line.name} ${text.slice(at + 1)}`,
    });
  return { ...before, ...parseSetting(line, text.slice(at + 1)) };
}

const authorText = ({ tripwire_author: author }: RunSettings): string => (author === "off" ? author : author.model);

/** Rules are short and few: whatever the model, a low effort is enough. */
const authorOf = (name: string): RunSettings["tripwire_author"] =>
  name === "off" ? "off" : { model: name, effort: "low" };
