import {
  forEachChild,
  type ArithmeticFor,
  type Case,
  type CompoundList,
  type For,
  type If,
  type Select,
  type SyntaxNode,
  type While,
} from "unbash";
import type { Argument } from "../../shell/argument.ts";
import type { Input } from "../run.ts";
import type { Assigned } from "../session.ts";
import { isHarmlessSetting } from "../settings.ts";
import { either, same, union, type Flow } from "./flow.ts";
import { itemsOf } from "./output.ts";
import { apart, bodyOf, forget, unknownPart, type Walk } from "./state.ts";

/** A loop over at most this many written-out values is followed value by value. */
const mostRounds = 12;

/** `if`: each branch may happen or not. */
export function conditionOf(walk: Walk, node: If, folders: readonly string[], input: Input): Flow {
  let test = bodyOf(walk, node.clause, folders, input);
  let after = either(apart(walk, () => bodyOf(walk, node.then, test.ok, input)));
  for (const branch of node.elif) {
    const from = test.failed;
    test = apart(walk, () => bodyOf(walk, branch.clause, from, input));
    after = union(after, either(apart(walk, () => bodyOf(walk, branch.then, test.ok, input))));
  }
  const last = node.else;
  return same(
    union(after, last === undefined ? test.failed : either(apart(walk, () => bodyOf(walk, last, test.failed, input)))),
  );
}

/** `case`: each of its items may happen or not. */
export function caseOf(walk: Walk, node: Case, folders: readonly string[], input: Input): Flow {
  walk.nested(node.word, folders);
  let after = folders;
  for (const item of node.items) {
    for (const pattern of item.pattern) walk.nested(pattern, folders);
    const from = after;
    after = union(after, either(apart(walk, () => bodyOf(walk, item.body, from, input))));
  }
  return same(after);
}

/** Two rounds tell where a loop may lead: what moves on in each of them cannot be followed. */
export function loop(
  walk: Walk,
  body: SyntaxNode,
  folders: readonly string[],
  round: (folders: readonly string[]) => Flow,
): Flow {
  forgetAssigned(walk, body);
  return apart(walk, () => {
    const once = union(folders, either(round(folders)));
    if (once.length === folders.length) return same(folders);
    const twice = union(once, either(round(once)));
    if (twice.length !== once.length) unknownPart(walk, "a loop that moves on with cd in every round");
    return same(twice);
  });
}

/** `for`: value by value where they are few and known. */
export function loopOver(walk: Walk, node: For | Select, folders: readonly string[], input: Input): Flow {
  for (const word of node.wordlist ?? []) walk.nested(word, folders);
  const name = node.name.text;
  const values = node.type === "For" && node.wordlist !== undefined ? itemsOf(walk, node.wordlist, folders) : undefined;
  if (!isHarmlessSetting(name, undefined))
    unknownPart(walk, `a loop over ${name}, a setting that steers what programs run`);
  const followed =
    values !== undefined && values.length <= mostRounds && values.every((value) => value.kind === "known");
  return loop(walk, node.body, folders, (from) => {
    if (followed) return roundsOf(walk, name, values, node, from, input);
    walk.variables.delete(name);
    return bodyOf(walk, node.body, from, input);
  });
}

function roundsOf(
  walk: Walk,
  name: string,
  values: readonly Argument[],
  node: For | Select,
  from: readonly string[],
  input: Input,
): Flow {
  let here = from;
  for (const value of values) {
    walk.variables.set(name, value.text);
    forgetAssigned(walk, node.body);
    here = union(here, either(bodyOf(walk, node.body, here, input)));
  }
  return same(here);
}

/** What a body sets is unknown in front of it, because an earlier round may have set it. */
export function forgetAssigned(walk: Walk, node: SyntaxNode): void {
  const { names, shifts } = assignedIn(walk, node);
  for (const name of names) forget(walk, name);
  if (shifts) walk.positional = undefined;
}

function assignedIn({ session }: Walk, node: SyntaxNode): Assigned {
  const known = session.assigned.get(node);
  if (known !== undefined) return known;
  const names = new Set<string>();
  let shifts = false;
  const visit = (at: SyntaxNode): void => {
    if (at.type === "Assignment") names.add(at.name);
    // The words of `read NAME` and its kin are names that the next round finds changed.
    if (at.type === "Command") {
      for (const arg of at.args) if (arg.type === "Word") names.add(arg.value);
      shifts ||= /^(?:shift|set|getopts)$/.test(at.name?.value ?? "");
    }
    forEachChild(at, visit);
  };
  visit(node);
  session.assigned.set(node, { names, shifts });
  return { names, shifts };
}

/** A loop without an end that leaves processes behind in every round exhausts the machine. */
export function endlessly(walk: Walk, node: While | ArithmeticFor): void {
  if (node.type === "ArithmeticFor") {
    if (node.test === undefined) exhausts(walk, node.body);
    return;
  }
  const [only] = node.clause.commands;
  const test = only?.command.type === "Command" ? only.command.name?.value : undefined;
  const endless = node.clause.commands.length === 1 && test === (node.kind === "while" ? "true" : "false");
  const always = endless || (node.kind === "while" && test === ":");
  const pausing = only?.command.type === "Command" ? only.command.args[0] : undefined;
  const hardly = test === "sleep" && pausing?.type === "Word" && /^0*(?:\.\d*)?$/.test(pausing.value);
  if (always || hardly) exhausts(walk, node.body);
}

function exhausts(walk: Walk, body: CompoundList): void {
  const waits = body.commands.some(
    ({ command, background }) =>
      background !== true &&
      command.type === "Command" &&
      /^(?:wait|sleep|break|read)$/.test(command.name?.value ?? ""),
  );
  if (!waits && leavesBehind(body)) walk.session.emit({ kind: "system-control", what: "processes without end" });
}

/** Whether something is left running, here or in a group of its own. */
const leavesBehind = (list: CompoundList): boolean =>
  list.commands.some(
    ({ command, background }) =>
      background === true ||
      ((command.type === "Subshell" || command.type === "BraceGroup") && leavesBehind(command.body)),
  );
