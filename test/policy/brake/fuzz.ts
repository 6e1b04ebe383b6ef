import { join } from "node:path";
import { parse } from "unbash";
import { analyse } from "../../../src/policy/brake/analyse.ts";
import { explain } from "../../../src/policy/brake/explain.ts";
import { decide } from "../../../src/policy/brake/tiers.ts";
import type { ToolCall } from "../../../src/protocol/verdict.ts";
import { casesOf } from "./corpus.ts";
import { garden } from "./calls.ts";

/** The longest that one judgement may take, in milliseconds. */
const longest = 50;

/** Numbers that are the same for the same seed, so that a failure can be repeated. */
export type Random = (below: number) => number;

export function randomOf(seed: number): Random {
  let state = seed >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state >>>= 0;
    state ^= state >>> 17;
    state ^= state << 5;
    state >>>= 0;
    return state % below;
  };
}

const corpus = ["danger.ndjson", "benign.ndjson"].flatMap((name) => casesOf(join(import.meta.dirname, name)));

const toolNames = [
  ...new Set([...corpus.map((one) => one.tool), "Glob", "LS", "BashOutput", "WebSearch", "Agent", "toString", ""]),
];

const pieces = (
  'rm -rf / ~ . .. $X "$X" \' " ` $( ) ( { } ; & && || | > >> < <<< <<E \\ \n # * ? [ ] ! = a=b if then fi for do done while in case esac until select ' +
  "sudo sh -c bash eval git push --force npm test echo cat find -exec {} + xargs env $IFS ${X:-y} ${X%.*} ${#X} $'\\x72' <(ls) /etc/passwd function f() coproc [[ ]] (( )) " +
  "python3 -c awk perl -e node sed -i curl https://example.org/ $((1+1)) $@ $1 trap EXIT alias x=y set -- shift read -r local export PATH=a {a,b} {1..9} ** ~/.ssh/id_rsa .git 2>&1 &> |& ;; "
).split(" ");

/** One call of whatever kind: a mutated case, a line of pieces, raw characters, or any tool with any input. */
export function inputOf(random: Random): ToolCall {
  const pick = <T>(list: readonly T[], otherwise: T): T => list[random(list.length)] ?? otherwise;
  const one = pick(corpus, corpus[0]);
  const kind = random(10);
  if (kind < 5 && one !== undefined) {
    const { input } = one;
    if (typeof input !== "object" || input === null || !("command" in input))
      return { id: "fuzz", tool: one.tool, input: mutatedValue(input, random) };
    const other = pick(corpus, one).input;
    const splice = typeof other === "object" && other !== null && "command" in other ? String(other.command) : "";
    return { id: "fuzz", tool: one.tool, input: { command: mutated(String(input.command), splice, random) } };
  }
  const tool = random(8) === 0 ? "PowerShell" : "Bash";
  if (kind < 8) {
    const words = Array.from({ length: 1 + random(14) }, () => pick(pieces, " "));
    return { id: "fuzz", tool, input: { command: words.join(random(3) === 0 ? "" : " ") } };
  }
  if (kind < 9) return { id: "fuzz", tool, input: { command: characters(random, 1 + random(120)) } };
  return { id: "fuzz", tool: pick(toolNames, "Bash"), input: anything(random, 0) };
}

function mutated(line: string, splice: string, random: Random): string {
  let text = line;
  for (let round = random(4); round >= 0; round -= 1) {
    const at = random(text.length + 1);
    const piece = pieces[random(pieces.length)] ?? "";
    switch (random(6)) {
      case 0:
        text = text.slice(0, at) + text.slice(at + 1 + random(4));
        break;
      case 1:
        text = text.slice(0, at) + piece + text.slice(at);
        break;
      case 2:
        text = `${text.slice(0, at)} ${piece} ${text.slice(at)}`;
        break;
      case 3:
        text = text.slice(0, at) + splice.slice(random(splice.length + 1));
        break;
      case 4:
        text = text.slice(0, at) + text.slice(at, at + 40).repeat(1 + random(20)) + text.slice(at);
        break;
      default:
        text = text.slice(0, at) + characters(random, 1) + text.slice(at);
    }
  }
  return text;
}

function mutatedValue(value: unknown, random: Random): unknown {
  if (typeof value === "string") return mutated(value, "", random);
  if (typeof value !== "object" || value === null || Array.isArray(value)) return anything(random, 1);
  return Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [
      random(12) === 0 ? "other" : key,
      random(3) === 0 ? mutatedValue(inner, random) : inner,
    ]),
  );
}

const characters = (random: Random, length: number): string =>
  Array.from({ length }, () => String.fromCharCode(random(random(4) === 0 ? 65_536 : 256))).join("");

function anything(random: Random, depth: number): unknown {
  switch (random(depth > 3 ? 5 : 8)) {
    case 0:
      return null;
    case 1:
      return random(1000) - 500;
    case 2:
      return random(2) === 0;
    case 3:
      return characters(random, random(60));
    case 4:
      return pieces[random(pieces.length)];
    case 5:
      return Array.from({ length: random(5) }, () => anything(random, depth + 1));
    default:
      return Object.fromEntries(
        Array.from({ length: random(6) }, () => [
          ["command", "file_path", "url", "pattern", "path", "query", "sql", "args", "x"][random(9)] ?? "x",
          anything(random, depth + 1),
        ]),
      );
  }
}

/** What is wrong with the judgement of a call, if anything. */
export function wrongWith(call: ToolCall): string | undefined {
  try {
    const began = performance.now();
    const { verdict, rule, reason } = decide(analyse(call, garden), "default");
    const took = performance.now() - began;
    if (!/^[a-z]+(?:[.-][a-z]+)+$/.test(rule) || reason === "") return `no rule or no reason: ${rule}`;
    explain(call, garden);
    if (verdict === "allow" && isUnparsable(call)) return "an allow for a line that cannot be parsed";
    // A machine that does something else for a moment is no hang: a slow one is measured again, alone.
    return took > longest && fastestOf(call, 3) > longest ? `took ${took.toFixed(0)} ms` : undefined;
  } catch (error) {
    return `threw ${String(error)}`;
  }
}

function isUnparsable({ tool, input }: ToolCall): boolean {
  if (tool !== "Bash" || typeof input !== "object" || input === null || !("command" in input)) return false;
  return typeof input.command !== "string" || (parse(input.command).errors ?? []).length > 0;
}

function fastestOf(call: ToolCall, times: number): number {
  // Time of this process alone: other processes that want the same processor do not count.
  const taken = Array.from({ length: times }, () => {
    const began = process.cpuUsage();
    decide(analyse(call, garden), "default");
    const { user, system } = process.cpuUsage(began);
    return (user + system) / 1000;
  });
  return Math.min(...taken);
}
