import { nearest } from "../../base/nearest.ts";
import { limitsOf, type ConstructLimits } from "../../policy/profiles/limits.ts";
import { reachesPlugin, toolObjection } from "../../policy/profiles/tools.ts";
import { refusalText, type RefusedEntry } from "../../protocol/catalogue.ts";
import { defaultProfile, plainProfile, type Profile } from "../../protocol/profile.ts";
import type { PluginManifest } from "../../protocol/plugin.ts";
import type { Catalogues } from "../../store/catalogue/catalogues.ts";
import type { SpawnSpec } from "../construct/outcome-of.ts";
import type { Stage } from "../gate/gate.ts";
import type { Judge } from "../gate/judge.ts";
import type { Note } from "../journal.ts";
import { projectMemory } from "./project-memory.ts";
import { profileText } from "./profile-text.ts";

/** What its profile makes of a construct. It is fixed when the construct starts: an edit holds for the next one. */
export interface Outfit {
  profile: Profile;
  /** Denies the tools that the profile does not have. */
  stage: Stage;
  /** Whether its tools reach a plugin. */
  canCall: (plugin: Pick<PluginManifest, "name" | "kind">) => boolean;
  /** The bounds that the profile sets by itself; see `tighterLimits`. */
  limits: ConstructLimits;
  /** What the construct is told before its task; empty when there is nothing. */
  text: string;
}

/** Why a spawn cannot have the profile that it names. */
export interface ProfileObjection {
  rule: "profile.unknown" | "profile.refused";
  reason: string;
}

/** The profiles of a run, as its constructs get them. */
export interface Outfits {
  /** What a profile is now; undefined when there is none of that name that is valid. */
  profile(name: string): Profile | undefined;
  objection(name: string): ProfileObjection | undefined;
  /** The same for every call about the same construct. A profile that is gone is replaced by the default one, for reading only, on the record. */
  of(spec: SpawnSpec): Outfit;
  /** The bounds that its profile has set to a construct that has started. */
  limitsOf(construct: string): ConstructLimits;
  /** Whether the profile of any construct so far bounds what it may cost. */
  readonly hasDollarBound: boolean;
}

export interface OutfitsParts {
  catalogues: Catalogues;
  judge: Judge;
  workspace: string;
  note: Note;
}

/** The tools that change nothing. */
const readingTools: Profile["tools"] = ["Read", "Glob", "Grep"];

export function outfitsOf({ catalogues, judge, workspace, note }: OutfitsParts): Outfits {
  const worn = new Map<string, Outfit>();

  const profile = (name: string): Profile | undefined => {
    catalogues.look();
    const found = catalogues.profiles.find(name);
    return found.kind === "found" ? found.entry.value : undefined;
  };

  const adopted = (spec: SpawnSpec): Profile => {
    const own = profile(spec.profile);
    if (own !== undefined || spec.profile === defaultProfile) return own ?? plainProfile;
    const why = profileObjection(catalogues, spec.profile)?.reason ?? "";
    const reason = `${why}; what its tools were is not known, so it may only read`;
    note("profile.replaced", { construct: spec.id, profile: spec.profile, by: defaultProfile, reason });
    return { ...(profile(defaultProfile) ?? plainProfile), tools: readingTools };
  };

  const outfit = (spec: SpawnSpec): Outfit => {
    const own = adopted(spec);
    const programs = own.uses.flatMap((name) => {
      const found = catalogues.tools.find(name);
      return found.kind === "found" ? [catalogues.standing(found.entry)] : [];
    });
    const memory = own.context === "project" ? projectMemory(workspace, judge) : undefined;
    for (const message of memory?.skipped ?? [])
      note("deck.warned", { code: "profile.memory", message: `${spec.id} is not told ${message}` });
    return {
      profile: own,
      stage({ tool }) {
        const reason = toolObjection(own, tool);
        return reason === undefined ? undefined : { decision: "deny", rule: "profile.tools", reason };
      },
      canCall: (plugin) => reachesPlugin(own, plugin),
      limits: limitsOf(own),
      text: profileText(own, programs, memory?.text ?? ""),
    };
  };

  return {
    profile,
    objection(name) {
      catalogues.look();
      return profileObjection(catalogues, name);
    },
    of(spec) {
      const own = worn.get(spec.id) ?? outfit(spec);
      worn.set(spec.id, own);
      return own;
    },
    limitsOf: (construct) => worn.get(construct)?.limits ?? limitsOf(plainProfile),
    get hasDollarBound() {
      return [...worn.values()].some(({ limits }) => limits.construct_usd > 0);
    },
  };
}

/** What stands against a profile of this name, in words for whoever asked for it. */
export function profileObjection({ profiles }: Catalogues, name: string): ProfileObjection | undefined {
  const found = profiles.find(name);
  if (found.kind === "found") return undefined;
  if (found.kind === "refused") return { rule: "profile.refused", reason: refusedText(name, found.refused) };
  // Where nothing ships, nobody has to name the default one.
  if (name === defaultProfile) return undefined;
  const known = profiles.entries().map((entry) => entry.name);
  const meant = nearest(name, known);
  const guess = meant === undefined ? "" : `; did you mean ${meant}?`;
  const list = known.length === 0 ? "There are none" : `There are: ${known.join(", ")}`;
  return { rule: "profile.unknown", reason: `there is no profile "${name.slice(0, 64)}"${guess} ${list}` };
}

const refusedText = (name: string, refused: RefusedEntry): string =>
  `the profile ${name} is wrong and cannot be used: ${refusalText(refused)}`;
