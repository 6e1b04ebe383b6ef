import type { Refusal } from "./refusal.ts";
import { readableMarks } from "../shell/shape.ts";

/**
 * What one tool call would do. A call has as many effects as it has targets; one without any only shows or calculates.
 * `barrier`: why this path may not be changed by a construct; undefined where it may.
 */
export type Effect =
  /** `outbound`: may be shown here, and must not leave, as the environment. */
  | { kind: "read"; path: string; secret: boolean | "outbound" }
  | { kind: "write"; path: string; barrier: Refusal | undefined }
  | { kind: "delete"; path: string; recursive: boolean; barrier: Refusal | undefined }
  /** Code that the call does not show. `foreign`: it was downloaded, decoded or piped. */
  | ({ kind: "execute-unknown"; what: string; foreign: boolean } & Trust)
  | { kind: "run-project-code"; what: string }
  /** A shell or an interpreter is started; what it then does are effects of their own. */
  | { kind: "interpret"; what: string }
  | { kind: "change-repository"; what: string }
  | { kind: "look-remote"; what: string }
  | ({ kind: "network"; host: string; upload: boolean; metadata: boolean } & Trust)
  | { kind: "process-control"; what: string; broad: boolean }
  /** The netrunner's policy file holds or, where `forbidden`, denies this by name. */
  | { kind: "listed"; what: string; forbidden: boolean }
  | ({ kind: PlainKind; what: string } & Trust);

/** `trusted`: the netrunner's policy file allows it by name. It is still the same effect to whoever else looks. */
interface Trust {
  trusted?: true;
}

/** Effects of which it is enough to know that they are there, and what would cause them. */
export type PlainKind =
  | "privilege"
  | "persistence"
  | "history-rewrite"
  | "publish"
  | "remote-mutation"
  | "database-mutation"
  | "container-escape"
  | "agent-settings"
  | "system-control"
  | "exfiltration"
  | "unknown";

export type EffectKind = Effect["kind"];

/** What an effect is about, in a few words. */
export function subjectOf(effect: Effect): string {
  return readableMarks("path" in effect ? effect.path : effect.kind === "network" ? effect.host : effect.what);
}
