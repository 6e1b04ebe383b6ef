import { forEachChild, type Assignment, type Command, type CommandNode, type Pipeline } from "unbash";
import type { AndOr, CompoundList, ParsedScript, Redirection, Statement, SyntaxNode, Word } from "unbash";
import { knownArgument, type Argument } from "../argument.ts";
import type { Scene } from "../context.ts";
import { mention } from "../mention.ts";
import { judgeCommand, makeRun, type Surrounding } from "./dispatch.ts";
import { either, same, union, type Flow } from "./flow.ts";
import { moved } from "./move.ts";
import { redirect } from "./redirect.ts";
import type { Input } from "./run.ts";
import type { Session, Surroundings } from "./session.ts";
import { isHarmlessSetting } from "./settings.ts";
import { argumentsOf } from "./words.ts";

/** The most folders in which a command may find itself. Each `cd` that may fail doubles them. */
const mostFolders = 16;

/** A loop over at most this many written-out values is followed value by value. */
const mostRounds = 12;

/**
 * Goes through a parsed text in the order in which it runs. Returns the nodes that it came past. Longer than other files:
 * every form of the grammar changes the same few facts (folders, variables, functions), which are kept here.
 */
export function walk(
  parsed: ParsedScript,
  session: Session,
  at: Surroundings,
  counters: ReadonlySet<string>,
): ReadonlySet<SyntaxNode> {
  const judged = new Set<SyntaxNode>();
  const variables = new Map(at.variables ?? [["HOME", session.context.home]]);
  const before = new Set(at.folders);
  const active = new Set<string>();
  let conditional = at.depth;

  const unknown = (what: string): void => session.emit({ kind: "unknown", what });
  const sceneIn = (folders: readonly string[]): Scene => ({ context: session.context, folders, notes: session.notes });

  function script(node: ParsedScript, folders: readonly string[], input: Input): void {
    judged.add(node);
    apart(() => statements(node.commands, folders, input));
  }

  function statements(list: readonly Statement[], folders: readonly string[], input: Input): Flow {
    let flow = same(folders);
    for (const statement of list) {
      const here = either(flow);
      if (here.length > mostFolders) {
        unknown("too many changes of folder");
        return same(folders);
      }
      const next = command(statement.command, here, input);
      flow = statement.background === true ? same(here) : next;
    }
    return flow;
  }

  const list = (body: CompoundList, folders: readonly string[], input: Input): Flow =>
    statements(body.commands, folders, input);

  /** What may not happen, or happens elsewhere: variables that it changes are unknown afterwards. */
  function apart<T>(action: () => T): T {
    const kept = new Map(variables);
    conditional += 1;
    const result = action();
    conditional -= 1;
    forgetChanges(kept);
    return result;
  }

  /** Substitutions run in a shell of their own, in the folder of the command that they stand in. */
  function nested(node: SyntaxNode, folders: readonly string[]): void {
    if (node.type === "Script") script(node, folders, { kind: "none" });
    else forEachChild(node, (child) => nested(child, folders));
  }

  function chain(node: AndOr, folders: readonly string[], input: Input): Flow {
    let flow: Flow | undefined;
    let certain = new Map(variables);
    for (const [index, part] of node.commands.entries()) {
      if (flow === undefined) {
        flow = command(part, folders, input);
        certain = new Map(variables);
        conditional += 1;
      } else if (node.operators[index - 1] === "&&") {
        const next = command(part, flow.ok, input);
        flow = { ok: next.ok, failed: union(flow.failed, next.failed) };
      } else {
        forgetChanges(certain);
        const next = command(part, flow.failed, input);
        flow = { ok: union(flow.ok, next.ok), failed: next.failed };
        forgetChanges(certain);
      }
    }
    if (flow !== undefined) conditional -= 1;
    forgetChanges(certain);
    return flow ?? same(folders);
  }

  /** What differs from an earlier state may or may not have been set. */
  function forgetChanges(kept: ReadonlyMap<string, string>): void {
    for (const name of new Set([...kept.keys(), ...variables.keys()]))
      if (variables.get(name) !== kept.get(name)) variables.delete(name);
  }

  function pipeline(node: Pipeline, folders: readonly string[], input: Input): Flow {
    const only = node.commands.length === 1 ? node.commands[0] : undefined;
    if (only !== undefined) return same(either(command(only, folders, input)));
    let from = input;
    for (const part of node.commands) {
      const given = from;
      apart(() => command(part, folders, given));
      from = outputOf(part);
    }
    return same(folders);
  }

  /** What a command prints, where that is plain. */
  function outputOf(node: CommandNode | Pipeline | AndOr): Input {
    if (node.type !== "Command" || node.name?.value !== "echo" || node.redirects.length > 0) return { kind: "unseen" };
    const args = node.args.flatMap((arg) => (arg.type === "Word" ? wordsOf(arg) : [knownArgument(arg.text)]));
    const plain =
      args.every((arg) => arg.kind === "known" && !arg.text.includes("\\")) && args[0]?.text.startsWith("-") !== true;
    return plain ? { kind: "text", text: args.map((arg) => arg.text).join(" ") } : { kind: "unseen" };
  }

  function loop(body: SyntaxNode, folders: readonly string[], round: (folders: readonly string[]) => Flow): Flow {
    forgetAssigned(body);
    return apart(() => {
      const once = union(folders, either(round(folders)));
      if (once.length === folders.length) return same(folders);
      const twice = union(once, either(round(once)));
      if (twice.length !== once.length) unknown("a loop that moves on with cd in every round");
      return same(twice);
    });
  }

  function forgetAssigned(node: SyntaxNode): void {
    if (node.type === "Assignment") variables.delete(node.name);
    // The words of `read NAME` and its kin are names that the next round finds changed.
    if (node.type === "Command") for (const arg of node.args) if (arg.type === "Word") variables.delete(arg.value);
    forEachChild(node, forgetAssigned);
  }

  function forEach(
    name: string,
    items: readonly Word[] | undefined,
    body: CompoundList,
    folders: readonly string[],
    input: Input,
  ): Flow {
    const values = words(items ?? [], folders);
    if (!isHarmlessSetting(name, undefined)) unknown(`a loop over ${name}, a setting that steers what programs run`);
    const followed =
      items !== undefined && values.length <= mostRounds && values.every((value) => value.kind === "known");
    return loop(body, folders, (from) => {
      if (!followed) {
        variables.delete(name);
        return list(body, from, input);
      }
      let here = from;
      for (const value of values) {
        variables.set(name, value.text);
        forgetAssigned(body);
        here = union(here, either(list(body, here, input)));
      }
      return same(here);
    });
  }

  function command(
    node: CommandNode | Pipeline | AndOr | CompoundList,
    folders: readonly string[],
    input: Input,
  ): Flow {
    session.left -= 1;
    if (session.left <= 0) {
      if (session.left === 0) unknown("too many commands in one call");
      return same(folders);
    }
    switch (node.type) {
      case "Command":
        return simple(node, folders, input);
      case "Pipeline":
        return pipeline(node, folders, input);
      case "AndOr":
        return chain(node, folders, input);
      case "Redirected": {
        let from = input;
        for (const item of node.redirects) from = redirection(item, folders) ?? from;
        return command(node.command, folders, from);
      }
      case "BraceGroup":
        return list(node.body, folders, input);
      case "CompoundList":
        return list(node, folders, input);
      case "Subshell":
        apart(() => list(node.body, folders, input));
        return same(folders);
      case "If": {
        let test = list(node.clause, folders, input);
        let after = either(apart(() => list(node.then, test.ok, input)));
        for (const branch of node.elif) {
          const from = test.failed;
          test = apart(() => list(branch.clause, from, input));
          after = union(after, either(apart(() => list(branch.then, test.ok, input))));
        }
        const last = node.else;
        return same(
          union(after, last === undefined ? test.failed : either(apart(() => list(last, test.failed, input)))),
        );
      }
      case "For":
      case "Select":
        for (const word of node.wordlist ?? []) nested(word, folders);
        return forEach(node.name.text, node.type === "For" ? node.wordlist : undefined, node.body, folders, input);
      case "While":
        return loop(node, folders, (here) => {
          const test = either(list(node.clause, here, input));
          return same(union(test, either(list(node.body, test, input))));
        });
      case "ArithmeticFor":
        for (const part of [node.initialize, node.test, node.update]) if (part !== undefined) nested(part, folders);
        return loop(node, folders, (here) => list(node.body, here, input));
      case "Case": {
        nested(node.word, folders);
        let after = folders;
        for (const item of node.items) {
          for (const pattern of item.pattern) nested(pattern, folders);
          const from = after;
          after = union(after, either(apart(() => list(item.body, from, input))));
        }
        return same(after);
      }
      case "Function":
        return define(node.name.text, node.body, folders, input);
      case "Coproc":
        apart(() => command(node.body, folders, { kind: "unseen" }));
        return same(folders);
      case "TestCommand":
      case "ArithmeticCommand":
        forEachChild(node, (child) => nested(child, folders));
        return same(folders);
      default:
        return same(folders);
    }
  }

  /** The body is judged where it is written, with arguments that nobody knows: a call can do no more than that. */
  function define(name: string, body: CommandNode | CompoundList, folders: readonly string[], input: Input): Flow {
    active.add(name);
    const certain = conditional <= at.depth + 1;
    forgetAssigned(body);
    const flow = apart(() => command(body, folders, input.kind === "none" ? { kind: "unseen" } : input));
    active.delete(name);
    if (certain) session.functions.add(name);
    forgetAssigned(body);
    if (either(flow).some((folder) => !folders.includes(folder)))
      unknown(`the function ${name}, which changes the folder`);
    return same(folders);
  }

  const wordsOf = (word: Word): Argument[] => argumentsOf(word, variables, session.context.home, counters);

  function words(items: readonly Word[], folders: readonly string[]): Argument[] {
    const only = folders.length === 1 ? folders[0] : undefined;
    if (only === undefined) variables.delete("PWD");
    else variables.set("PWD", only);
    const args = items.flatMap(wordsOf);
    session.left -= Math.floor((args.length * folders.length) / 40);
    for (const arg of args) mention(arg, sceneIn(folders));
    return args;
  }

  function redirection(node: Redirection, folders: readonly string[]): Input | undefined {
    forEachChild(node, (child) => nested(child, folders));
    if (node.type === "HereDoc") {
      mention(knownArgument(node.body.text), sceneIn(folders));
      const plain = node.body.parts === undefined || node.body.parts.every((part) => part.type === "Literal");
      return plain ? { kind: "text", text: node.body.text } : { kind: "unseen" };
    }
    const target = node.target === undefined ? undefined : words([node.target], folders)[0];
    if (target === undefined) {
      unknown("a redirection without a target");
      return undefined;
    }
    if (node.type === "HereString")
      return target.kind === "known" ? { kind: "text", text: target.text } : { kind: "unseen" };
    return redirect(node.operator, target, makeRun("", [], surroundingOf(folders, { kind: "none" }), 0));
  }

  const surroundingOf = (folders: readonly string[], input: Input): Surrounding => ({
    session,
    scene: sceneIn(folders),
    input,
    script: (text, given) => session.script(text, { folders, depth: at.depth + 1, input: given, variables }),
  });

  function simple(node: Command, folders: readonly string[], input: Input): Flow {
    judged.add(node);
    let from = input;
    for (const part of [...node.prefix, ...node.suffix])
      if (part.type === "Word" || part.type === "Assignment") nested(part, folders);
      else from = redirection(part, folders) ?? from;
    const assigned = node.prefix.filter((part) => part.type === "Assignment");
    for (const part of assigned) assign(part, folders, node.name !== undefined);
    if (node.name === undefined) return same(folders);
    nested(node.name, folders);
    const args = node.args.flatMap((arg) => {
      if (arg.type === "Word") return words([arg], folders);
      assign(arg, folders, false);
      return [knownArgument(arg.text)];
    });
    const [name, ...rest] = [...words([node.name], folders), ...args];
    if (name === undefined) return same(folders);
    if (name.kind === "known" && active.has(name.text)) unknown(`the function ${name.text}, which calls itself`);
    // A word that may be the name of a variable: read, mapfile, unset, printf -v and the like change it.
    if (!["echo", "cd"].includes(name.text))
      for (const arg of rest) if (arg.text !== "HOME") variables.delete(arg.text);
    const target = name.kind === "known" ? moved(name.text, rest, sceneIn(folders), before) : undefined;
    if (target !== undefined) {
      for (const folder of target.ok) {
        before.add(folder);
        mention(knownArgument(folder), sceneIn(folders));
      }
      return target;
    }
    judgeCommand(name, rest, surroundingOf(folders, from), 0);
    return same(folders);
  }

  function assign(node: Assignment, folders: readonly string[], passing: boolean): void {
    const value = node.value.type === "Word" ? words([node.value], folders) : [];
    const only = value.length === 1 && node.append !== true && node.index === undefined ? value[0] : undefined;
    const known =
      only?.kind === "known" ? only.text : node.value.type === "Word" && node.value.text === "" ? "" : undefined;
    // For the shell itself a new IFS would change what the following words are.
    if (!isHarmlessSetting(node.name, known) || (node.name === "IFS" && !passing))
      unknown(`${node.text}, a setting that steers what programs run`);
    if (passing) return;
    if (known === undefined) variables.delete(node.name);
    else variables.set(node.name, known);
  }

  judged.add(parsed);
  statements(parsed.commands, at.folders, at.input);
  return judged;
}
