import { forEachChild, type AndOr, type ParsedScript, type Pipeline, type Statement, type SyntaxNode } from "unbash";
import type { Input } from "../run.ts";
import { newShell, type Session, type Surroundings } from "../session.ts";
import { caseOf, conditionOf, endlessly, loop, loopOver } from "./compound.ts";
import { either, same, union, type Flow } from "./flow.ts";
import { callUncalled, define, springTraps } from "./functions.ts";
import { outputOf, textOf } from "./output.ts";
import { judgeSimple, redirection } from "./simple.ts";
import { apart, bodyOf, forgetChanges, unknownPart, type Part, type Walk } from "./state.ts";

/** The most folders in which a command may find itself. Each `cd` that may fail doubles them. */
const mostFolders = 16;

/** Goes through a parsed text in the order in which it runs. Returns the nodes that it came past. */
export function walk(
  parsed: ParsedScript,
  session: Session,
  at: Surroundings,
  counters: ReadonlySet<string>,
): ReadonlySet<SyntaxNode> {
  const state: Walk = {
    session,
    shell: at.shell ?? newShell(),
    depth: at.depth,
    counters,
    judged: new Set(),
    variables: new Map(at.variables ?? [["HOME", session.context.home]]),
    before: new Set(at.folders),
    active: new Set(at.active),
    conditional: at.depth,
    positional: at.positional,
    follow: (node, folders, input) => follow(state, node, folders, input),
    statements: (list, folders, input) => statements(state, list, folders, input),
    substitute: (script, folders) => textOf(state, script, folders),
    nested: (node, folders) => nested(state, node, folders),
  };
  state.judged.add(parsed);
  const end = either(statements(state, parsed.commands, at.folders, at.input));
  // A text that a shell evaluates itself leaves its functions and traps to that shell.
  if (at.shell === undefined) {
    callUncalled(state, end);
    springTraps(state, end);
  }
  return state.judged;
}

function statements(walk: Walk, list: readonly Statement[], folders: readonly string[], input: Input): Flow {
  let flow = same(folders);
  for (const statement of list) {
    const here = either(flow);
    if (here.length > mostFolders) {
      unknownPart(walk, "too many changes of folder");
      return same(folders);
    }
    if (statement.background === true) {
      apart(walk, () => follow(walk, statement.command, here, input));
      flow = same(here);
    } else flow = follow(walk, statement.command, here, input);
  }
  return flow;
}

function nested(walk: Walk, node: SyntaxNode, folders: readonly string[]): void {
  if (node.type === "Script") {
    walk.judged.add(node);
    apart(walk, () => statements(walk, node.commands, folders, { kind: "none" }));
  } else forEachChild(node, (child) => nested(walk, child, folders));
}

/** Each part costs as much as there are folders in which it may run. */
function spend(walk: Walk, folders: readonly string[]): boolean {
  const { session } = walk;
  if (session.left <= 0) return false;
  session.left -= folders.length;
  if (session.left > 0) return true;
  unknownPart(walk, "too many commands in one call");
  return false;
}

function follow(walk: Walk, node: Part, folders: readonly string[], input: Input): Flow {
  if (!spend(walk, folders)) return same(folders);
  switch (node.type) {
    case "Command":
      return judgeSimple(walk, node, folders, input);
    case "Pipeline":
      return pipeline(walk, node, folders, input);
    case "AndOr":
      return chain(walk, node, folders, input);
    case "Redirected": {
      let from = input;
      for (const item of node.redirects) from = redirection(walk, item, folders) ?? from;
      return follow(walk, node.command, folders, from);
    }
    case "BraceGroup":
      return bodyOf(walk, node.body, folders, input);
    case "CompoundList":
      return bodyOf(walk, node, folders, input);
    case "Subshell":
      apart(walk, () => bodyOf(walk, node.body, folders, input));
      return same(folders);
    case "If":
      return conditionOf(walk, node, folders, input);
    case "For":
    case "Select":
      return loopOver(walk, node, folders, input);
    case "While":
      endlessly(walk, node);
      return loop(walk, node, folders, (here) => {
        const test = either(bodyOf(walk, node.clause, here, input));
        return same(union(test, either(bodyOf(walk, node.body, test, input))));
      });
    case "ArithmeticFor":
      for (const part of [node.initialize, node.test, node.update]) if (part !== undefined) nested(walk, part, folders);
      return loop(walk, node, folders, (here) => bodyOf(walk, node.body, here, input));
    case "Case":
      return caseOf(walk, node, folders, input);
    case "Function":
      return define(walk, node, folders);
    case "Coproc":
      apart(walk, () => follow(walk, node.body, folders, { kind: "unseen" }));
      return same(folders);
    case "TestCommand":
    case "ArithmeticCommand":
      forEachChild(node, (child) => nested(walk, child, folders));
      return same(folders);
    default:
      return same(folders);
  }
}

function chain(walk: Walk, node: AndOr, folders: readonly string[], input: Input): Flow {
  let flow: Flow | undefined;
  let certain = new Map(walk.variables);
  for (const [index, part] of node.commands.entries()) {
    if (flow === undefined) {
      flow = follow(walk, part, folders, input);
      certain = new Map(walk.variables);
      walk.conditional += 1;
    } else if (node.operators[index - 1] === "&&") {
      const next = follow(walk, part, flow.ok, input);
      flow = { ok: next.ok, failed: union(flow.failed, next.failed) };
    } else {
      forgetChanges(walk, certain);
      const next = follow(walk, part, flow.failed, input);
      flow = { ok: union(flow.ok, next.ok), failed: next.failed };
      forgetChanges(walk, certain);
    }
  }
  if (flow !== undefined) walk.conditional -= 1;
  forgetChanges(walk, certain);
  return flow ?? same(folders);
}

function pipeline(walk: Walk, node: Pipeline, folders: readonly string[], input: Input): Flow {
  const only = node.commands.length === 1 ? node.commands[0] : undefined;
  if (only !== undefined) return same(either(follow(walk, only, folders, input)));
  let from = input;
  for (const part of node.commands) {
    const given = from;
    apart(walk, () => follow(walk, part, folders, given));
    from = outputOf(walk, part, folders, given);
  }
  return same(folders);
}
