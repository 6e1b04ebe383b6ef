import { parse, forEachChild, type Command, type CommandNode, type Pipeline } from "unbash";
import type { AndOr, CompoundList, ParsedScript, Redirection, Statement, SyntaxNode, Word } from "unbash";
import { knownArgument, toArgument, type Argument } from "./argument.ts";
import { changeFolder } from "./change-folder.ts";
import { judgeCommand } from "./commands.ts";
import type { BrakeContext, Notes, Scene } from "./context.ts";
import { mention } from "./mention.ts";
import { redirectable } from "./redirection.ts";
import { refuse, type Refusal } from "./refusal.ts";
import { checkSyntax } from "./syntax.ts";

/** The longest shell line that is judged, in characters. */
const longestLine = 65_536;

/**
 * The most words that are judged; loops count for each round. Each word may be a path that is looked up on the disk, and
 * the deck must not stand still meanwhile.
 */
const mostWords = 4000;

/** The most folders in which a command may find itself. Each `cd` that may fail doubles them. */
const mostFolders = 16;

/** Why a shell line may not run: nothing when every command in it is allowed. */
export function judgeLine(line: string, context: BrakeContext): Refusal[] {
  if (line.length > longestLine)
    return [refuse("shell.length", "The line is longer than 64 KB; put the work into a script file in the workspace.")];
  if (/[^\P{Cc}\n\t]/u.test(line))
    return [refuse("shell.characters", "The line has control characters in it; write it with plain text.")];
  const script = parse(line);
  const { refusals, toJudge, counters } = checkSyntax(script);
  if (refusals.length > 0) return refusals;
  const walk = walker(context, counters);
  walk.script(script, [context.cwd]);
  if (walk.refusals.length > 0) return walk.refusals;
  for (const node of toJudge)
    if (!walk.judged.has(node))
      return [refuse("shell.unjudged", "A part of the line could not be judged; write it more simply.")];
  const { readsUnknown, secretMentioned } = walk.notes;
  if (readsUnknown && secretMentioned !== undefined)
    return [
      refuse(
        "secret.mentioned",
        `The line reads files that are only known when it runs, and names ${secretMentioned}, where keys or credentials ` +
          "are kept; name the files to read.",
      ),
    ];
  return [];
}

/** The folders in which the shell may be after a command has succeeded, and after it has failed. */
interface Flow {
  ok: readonly string[];
  failed: readonly string[];
}

interface Walker {
  script(script: ParsedScript, folders: readonly string[]): void;
  readonly judged: ReadonlySet<SyntaxNode>;
  readonly refusals: Refusal[];
  readonly notes: Notes;
}

/** Goes through a line in the order in which it runs, and judges each command where it may find itself. */
function walker(context: BrakeContext, counters: ReadonlySet<string>): Walker {
  const judged = new Set<SyntaxNode>();
  const refusals: Refusal[] = [];
  const notes: Notes = { readsUnknown: false, secretMentioned: undefined };

  let judgedWords = 0;

  const add = (refusal: Refusal | undefined): void => {
    if (refusal !== undefined) refusals.push(refusal);
  };
  const sceneIn = (folders: readonly string[]): Scene => ({ context, folders, notes });

  function script(parsed: ParsedScript, folders: readonly string[]): void {
    judged.add(parsed);
    statements(parsed.commands, folders);
  }

  function statements(list: readonly Statement[], folders: readonly string[]): Flow {
    let flow = same(folders);
    for (const statement of list) {
      const here = either(flow);
      const next = command(statement.command, here);
      flow = statement.background === true ? same(here) : next;
    }
    return flow;
  }

  const list = (body: CompoundList, folders: readonly string[]): Flow => statements(body.commands, folders);

  /** Scripts in substitutions run in a shell of their own, in the folder of the command that they stand in. */
  function nested(node: SyntaxNode, folders: readonly string[]): void {
    if (node.type === "Script") script(node, folders);
    else forEachChild(node, (child) => nested(child, folders));
  }

  function chain(node: AndOr, folders: readonly string[]): Flow {
    let flow: Flow | undefined;
    for (const [index, part] of node.commands.entries()) {
      if (flow === undefined) flow = command(part, folders);
      else if (node.operators[index - 1] === "&&") {
        const next = command(part, flow.ok);
        flow = { ok: next.ok, failed: union(flow.failed, next.failed) };
      } else {
        const next = command(part, flow.failed);
        flow = { ok: union(flow.ok, next.ok), failed: next.failed };
      }
    }
    return flow ?? same(folders);
  }

  function pipeline(node: Pipeline, folders: readonly string[]): Flow {
    const flows = node.commands.map((part) => command(part, folders));
    const only = flows.length === 1 ? flows[0] : undefined;
    return only === undefined ? same(folders) : same(either(only));
  }

  function loop(folders: readonly string[], round: (folders: readonly string[]) => Flow): Flow {
    const once = union(folders, either(round(folders)));
    if (once.length === folders.length) return same(folders);
    const twice = union(once, either(round(once)));
    if (twice.length !== once.length)
      add(refuse("shell.folder", "A loop must not move on with cd in every round; use paths from one folder."));
    return same(twice);
  }

  function command(node: CommandNode | Pipeline | AndOr, folders: readonly string[]): Flow {
    if (judgedWords > mostWords) {
      if (refusals.length === 0) add(tooLong);
      return same(folders);
    }
    switch (node.type) {
      case "Command":
        return simple(node, folders);
      case "Pipeline":
        return pipeline(node, folders);
      case "AndOr":
        return chain(node, folders);
      case "Redirected":
        for (const redirect of node.redirects) redirection(redirect, folders);
        return command(node.command, folders);
      case "BraceGroup":
        return list(node.body, folders);
      case "Subshell":
        list(node.body, folders);
        return same(folders);
      case "If": {
        let test = list(node.clause, folders);
        let after = either(list(node.then, test.ok));
        for (const branch of node.elif) {
          test = list(branch.clause, test.failed);
          after = union(after, either(list(branch.then, test.ok)));
        }
        return same(union(after, node.else === undefined ? test.failed : either(list(node.else, test.failed))));
      }
      case "For":
        for (const word of node.wordlist ?? []) nested(word, folders);
        words(node.wordlist ?? [], folders);
        return loop(folders, (here) => list(node.body, here));
      case "While":
        return loop(folders, (here) => {
          const test = either(list(node.clause, here));
          return same(union(test, either(list(node.body, test))));
        });
      case "ArithmeticFor":
        for (const part of [node.initialize, node.test, node.update]) if (part !== undefined) nested(part, folders);
        return loop(folders, (here) => list(node.body, here));
      case "Case": {
        nested(node.word, folders);
        let after = folders;
        for (const item of node.items) {
          for (const pattern of item.pattern) nested(pattern, folders);
          after = union(after, either(list(item.body, after)));
        }
        return same(after);
      }
      case "TestCommand":
      case "ArithmeticCommand":
        forEachChild(node, (child) => nested(child, folders));
        return same(folders);
      case "Select":
      case "Function":
      case "Coproc":
        return same(folders);
      default:
        return same(folders);
    }
  }

  function words(list: readonly Word[], folders: readonly string[]): Argument[] {
    judgedWords += list.length * folders.length;
    const scene = sceneIn(folders);
    const only = folders.length === 1 ? folders[0] : undefined;
    const args = list.map((word) =>
      toArgument(word, { values: { HOME: context.home, PWD: only }, counters }, context.home),
    );
    for (const arg of args) mention(arg, scene);
    return args;
  }

  function redirection(node: Redirection, folders: readonly string[]): void {
    forEachChild(node, (child) => nested(child, folders));
    const scene = sceneIn(folders);
    if (node.type === "HereDoc") {
      mention(knownArgument(node.body.text), scene);
      return;
    }
    const target = node.target === undefined ? undefined : words([node.target], folders)[0];
    if (target === undefined) add(refuse("shell.syntax", "A redirection has no target; name a file."));
    else if (node.type === "Redirect") add(redirectable(node.operator, target, scene));
  }

  function simple(node: Command, folders: readonly string[]): Flow {
    judged.add(node);
    judgedWords += 1;
    if (node.args.length * folders.length > mostWords) {
      add(tooLong);
      return same(folders);
    }
    for (const part of [...node.prefix, ...node.suffix])
      if (part.type === "Word" || part.type === "Assignment") nested(part, folders);
      else redirection(part, folders);
    for (const part of node.prefix)
      if (part.type === "Assignment") words(part.value.type === "Word" ? [part.value] : part.value.elements, folders);
    if (node.name === undefined) return same(folders);
    nested(node.name, folders);
    const name = words([node.name], folders)[0];
    const args = node.args.flatMap((arg) => (arg.type === "Word" ? words([arg], folders) : [knownArgument(arg.text)]));
    if (name?.text === "cd" && name.kind === "known") {
      const moved = changeFolder(args, sceneIn(folders));
      if ("rule" in moved) add(moved);
      else if (union(moved.folders, folders).length > mostFolders)
        add(refuse("shell.folder", "Too many cd in one line; join them with &&, or use paths from one folder."));
      else {
        for (const folder of moved.folders) mention(knownArgument(folder), sceneIn(folders));
        return { ok: moved.folders, failed: folders };
      }
    } else if (name !== undefined) add(judgeCommand(name, args, sceneIn(folders)));
    return same(folders);
  }

  return { script, judged, refusals, notes };
}

const tooLong = refuse("shell.length", "The line has too many words to judge; put the work into a script file.");

const same = (folders: readonly string[]): Flow => ({ ok: folders, failed: folders });

const either = (flow: Flow): readonly string[] => union(flow.ok, flow.failed);

const union = (one: readonly string[], other: readonly string[]): readonly string[] => [...new Set([...one, ...other])];
