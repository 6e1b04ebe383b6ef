import type { Effect, EffectKind } from "../../policy/brake/effect.ts";
import { subjectOf } from "../../policy/brake/effect.ts";
import type { Judgement, ToolCall } from "../../protocol/verdict.ts";
import { foundOf } from "./found.ts";
import type { Judged } from "./judged.ts";

export interface AirgapParts {
  /** Asked at each call: a change holds from the next call on. */
  isOn: () => boolean;
  /** Whether the shell commands of this construct stand behind the wall, which keeps the network from whatever they run. */
  isWalled: boolean;
}

/** Airgap: no construct gets to the network. What may or may not use it is stopped by the wall, or, without one, held. */
export function airgapStage({
  isOn,
  isWalled,
}: AirgapParts): (call: ToolCall, judged: Judged) => Judgement | undefined {
  return (call, { effects }) => {
    if (!isOn()) return undefined;
    if (webTools.has(call.tool)) return verdict("deny", `${call.tool} needs the network.`);
    const needing = effects.filter(({ kind }) => needsNetwork.has(kind));
    if (needing.length > 0) return verdict("deny", `This call needs the network: ${subjects(needing)}.`);
    if ((foundOf(call)?.isCutOff ?? isWalled) || subagentTools.has(call.tool)) return undefined;
    const doubtful = effects.filter(({ kind }) => mayUseNetwork.has(kind));
    if (doubtful.length === 0) return undefined;
    return verdict("hold", `This might use the network, and no wall would stop it: ${subjects(doubtful)}.`);
  };
}

const webTools: ReadonlySet<string> = new Set(["WebFetch", "WebSearch"]);

/** Their calls come to the gate one by one. */
const subagentTools: ReadonlySet<string> = new Set(["Task", "Agent"]);

const needsNetwork: ReadonlySet<EffectKind> = new Set([
  "network",
  "look-remote",
  "publish",
  "remote-mutation",
  "exfiltration",
]);

const mayUseNetwork: ReadonlySet<EffectKind> = new Set([
  "run-project-code",
  "execute-unknown",
  "database-mutation",
  "container-escape",
  "persistence",
  "privilege",
  "unknown",
]);

const subjects = (effects: readonly Effect[]): string =>
  [...new Set(effects.map((effect) => subjectOf(effect).slice(0, 100)))].slice(0, 3).join("; ");

const verdict = (decision: Judgement["decision"], why: string): Judgement => ({
  decision,
  rule: "airgap",
  reason: `${why} The airgap is on: no construct uses the network. Work with what is on this machine, and report what is missing.`,
});
