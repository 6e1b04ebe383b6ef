import type { Function as FunctionNode } from "unbash";
import type { Argument } from "../../shell/argument.ts";
import type { Input } from "../run.ts";
import { forgetAssigned } from "./compound.ts";
import { either, same, type Flow } from "./flow.ts";
import { apart, forgetChanges, unknownPart, type Walk } from "./state.ts";

/** Notes a function; its body is judged where it is called, with what it is called with. */
export function define(walk: Walk, node: FunctionNode, folders: readonly string[]): Flow {
  const name = node.name.text;
  const known = walk.shell.functions.get(name);
  if (/^(?:cd|pushd|popd|exit|return|set|shift|export|unset|eval|trap|source|\.|command|builtin|exec)$/.test(name))
    unknownPart(walk, `a function that takes the place of ${name}`);
  walk.shell.functions.set(name, {
    bodies: [...(known?.bodies ?? []), node.body],
    certain: known?.certain === true || walk.conditional === 0,
    called: false,
  });
  return same(folders);
}

/** Judges the call of a function. Undefined where the name is none, or may mean a command as well. */
export function call(
  walk: Walk,
  name: string,
  args: readonly Argument[],
  folders: readonly string[],
  input: Input,
): Flow | undefined {
  const definition = walk.shell.functions.get(name);
  if (definition === undefined) return undefined;
  definition.called = true;
  if (walk.active.has(name)) {
    unknownPart(walk, `the function ${name}, which calls itself`);
    return same(folders);
  }
  const kept = new Map(walk.variables);
  const outer = walk.positional;
  walk.active.add(name);
  let after = folders;
  for (const body of definition.bodies) {
    walk.positional = args;
    after = [...new Set([...after, ...either(walk.follow(body, folders, input))])];
  }
  walk.active.delete(name);
  walk.positional = outer;
  // What is local inside is not told apart from what is not.
  forgetChanges(walk, kept);
  return definition.certain ? same(after) : undefined;
}

/** Functions that nothing in the text has called may be called all the same, with anything. */
export function callUncalled(walk: Walk, folders: readonly string[]): void {
  for (const [name, definition] of walk.shell.functions) {
    if (definition.called || walk.active.has(name)) continue;
    definition.called = true;
    walk.active.add(name);
    for (const body of definition.bodies) {
      forgetAssigned(walk, body);
      walk.positional = undefined;
      apart(walk, () => walk.follow(body, folders, { kind: "unseen" }));
    }
    walk.active.delete(name);
  }
}

/** Traps run at the end or on a signal: only what has not changed since is known to them. */
export function springTraps(walk: Walk, folders: readonly string[]): void {
  for (const { text, variables } of walk.shell.traps.splice(0)) {
    const steady = [...variables].filter(
      ([name, value]) => walk.variables.get(name) === value && !walk.shell.unsteady.has(name),
    );
    walk.session.script(text, {
      folders: [...new Set([...walk.before, ...folders])],
      depth: walk.depth + 1,
      input: { kind: "unseen" },
      shell: walk.shell,
      active: walk.active,
      positional: undefined,
      variables: new Map(steady),
    });
  }
}
