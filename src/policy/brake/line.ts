import { forEachChild, parse, type SyntaxNode } from "unbash";
import type { BrakeContext } from "./context.ts";
import { secretMentioned } from "../shell/mention.ts";
import { locate } from "../places/paths.ts";
import { checkSyntax } from "../shell/syntax.ts";
import type { Effect } from "./effect.ts";
import { isCertain } from "./project-scripts.ts";
import type { Session, Surroundings } from "./session.ts";
import { isHarmlessSetting } from "./settings.ts";
import { walk } from "./walk/walk.ts";

/** The longest shell text that is judged, in characters. */
const longestLine = 65_536;

/** Shells within shells are followed this far. */
const deepest = 12;

/** The most commands that are judged in one call; rounds of loops and nested shells count. */
const mostCommands = 1000;

/** What one more shell text costs, in commands. */
const costOfText = 10;

/** Scripts that run scripts of the project are read this far. */
const deepestProject = 4;

/** The effects of a shell line that would run in the folder of the call. */
export function effectsOfLine(line: string, context: BrakeContext): Effect[] {
  const effects: Effect[] = [];
  const session = sessionFor(context, (effect) => effects.push(effect), 0);
  session.script(line, atStart([context.cwd]));
  const secret = session.notes.readsUnknown ? secretMentioned(session.notes, session.context) : undefined;
  if (secret !== undefined)
    effects.push({ kind: "read", path: `${secret}, by a name that only the run will tell`, secret: true });
  return effects;
}

function sessionFor(context: BrakeContext, emit: (effect: Effect) => void, depth: number): Session {
  const links = new Map<string, string>();
  const session: Session = {
    context: { ...context, realPath: throughLinks(links, context) },
    notes: { readsUnknown: false, mentioned: [] },
    made: new Set(),
    contents: new Map(),
    fetched: false,
    listsProcesses: false,
    compiled: new Set(),
    links,
    assigned: new Map(),
    left: depth === 0 ? mostCommands : mostCommands / 4,
    emit: (effect) => {
      session.fetched ||= effect.kind === "network" && !/^the (?:package|repository)/.test(effect.host);
      emit(effect);
    },
    script: (text, at) => judgeScript(text, session, at),
    project: (text, folders) => {
      if (depth >= deepestProject) return;
      const certain = (effect: Effect): void => (isCertain(effect) ? session.emit(effect) : undefined);
      sessionFor(context, certain, depth + 1).script(text, atStart(folders));
    },
  };
  return session;
}

const atStart = (folders: readonly string[]): Surroundings => ({
  folders,
  depth: 0,
  input: { kind: "none" },
  shell: undefined,
  active: new Set(),
  positional: undefined,
});

/** Judges one shell text; what is wrong with the text as a whole becomes an unknown effect. */
function judgeScript(text: string, session: Session, at: Surroundings): void {
  const unknown = (what: string): void => session.emit({ kind: "unknown", what });
  if (text.length > longestLine) return unknown("a line longer than 64 KB");
  if (/[^\P{Cc}\n\t]/u.test(text)) return unknown("a line with control characters");
  if (at.depth > deepest) return unknown("shells within shells, too deep to follow");
  session.left -= costOfText;
  if (session.left <= 0) return unknown("too many shell texts in one call");
  const script = parse(text);
  const { refusals, toJudge, counters } = checkSyntax(script);
  if (refusals.some((refusal) => refusal.rule === "shell.syntax")) return unknown(refusals[0]?.reason ?? "");
  for (const { rule, reason } of refusals) if (!judgedElsewhere.has(rule)) unknown(reason);
  for (const name of givenByDefault(script))
    if (!isHarmlessSetting(name, undefined)) unknown(`${name}, a setting that steers what programs run`);
  const judged = walk(script, session, at, counters);
  for (const node of toJudge) if (!judged.has(node)) return unknown("a part of the line that could not be followed");
}

/** Variables that `${NAME:=value}` would set. */
function givenByDefault(node: SyntaxNode): string[] {
  const names: string[] = [];
  const visit = (at: SyntaxNode): void => {
    if (at.type === "ParameterExpansion" && at.operation?.type === "Default" && at.operation.operator.endsWith("="))
      names.push(at.parameter);
    forEachChild(at, visit);
  };
  visit(node);
  return names;
}

/** Forms that the walk follows, and assignments, which it judges by their value. */
const judgedElsewhere: ReadonlySet<string> = new Set(["shell.function", "variable.steering"]);

/** Links that the line itself makes are followed like those on the disk. */
function throughLinks(links: ReadonlyMap<string, string>, context: BrakeContext): (path: string) => string {
  const onDisk = new Map<string, string>();
  const real = (path: string): string => {
    const found = onDisk.get(path) ?? context.realPath(path);
    onDisk.set(path, found);
    return found;
  };
  return (path) => {
    let at = path;
    for (let round = 0; round <= links.size; round += 1) {
      const link = [...links.keys()].find((name) => at === name || at.startsWith(`${name}/`));
      if (link === undefined) break;
      at = locate(`${links.get(link) ?? ""}${at.slice(link.length)}`, "/", { ...context, realPath: real }).plain;
    }
    return real(at);
  };
}
