import { forEachChild, type ArithmeticWord, type ParsedScript, type SyntaxNode, type Word } from "unbash";
import { refuse, type Refusal } from "../brake/refusal.ts";
import { assignable } from "./variables.ts";

/** What a look at the whole tree finds, whatever the flow: forms that are never allowed, and all that must be judged. */
export interface SyntaxReport {
  refusals: Refusal[];
  /** Each command and nested script: the walk must have come past every one of them. */
  toJudge: Set<SyntaxNode>;
  /** Variables that the line gives nothing but numbers to. */
  counters: ReadonlySet<string>;
}

/** The most parts of a line that are looked at, and how deep they may lie in one another. */
const mostNodes = 12_000;
const deepest = 400;

/** Checks the forms of a parsed line that do not depend on where or in which order they run. */
export function checkSyntax(script: SyntaxNode): SyntaxReport {
  if (!isSmall(script)) return { refusals: [tooMany], toJudge: new Set([script]), counters: new Set() };
  const { text, counters } = assignedVariables(script);
  const report: SyntaxReport = { refusals: [], toJudge: new Set(), counters };
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Command" || node.type === "Script") report.toJudge.add(node);
    const refusal = checkNode(node, text);
    if (refusal !== undefined) report.refusals.push(refusal);
    forEachChild(node, visit);
  };
  visit(script);
  return report;
}

const tooMany = refuse("shell.syntax", "The line has too many parts; put the work into a script in the workspace.");

function isSmall(script: SyntaxNode): boolean {
  let left = mostNodes;
  const visit = (node: SyntaxNode, depth: number): void => {
    left = depth > deepest ? 0 : left - 1;
    if (left > 0) forEachChild(node, (child) => visit(child, depth + 1));
  };
  visit(script, 0);
  return left > 0;
}

function checkNode(node: SyntaxNode, text: ReadonlySet<string>): Refusal | undefined {
  switch (node.type) {
    case "Script":
      return node.errors === undefined || node.errors.length === 0
        ? undefined
        : refuse(
            "shell.syntax",
            `The line cannot be parsed (${node.errors[0]?.message ?? "error"}); write it more simply.`,
          );
    case "Function":
      return refuse("shell.function", "Functions are not allowed; write the commands out.");
    case "Coproc":
    case "Select":
      return refuse("shell.form", `${node.type.toLowerCase()} is not allowed; use plain commands, pipes and loops.`);
    case "For":
      return assignable(node.name.text);
    case "Assignment":
      return (
        assignable(node.name) ??
        (node.index === undefined || text.has(keyed(node.name)) ? undefined : numeric(node.index, text))
      );
    case "CommandExpansion":
    case "ProcessSubstitution":
      return node.script === undefined ? unread() : undefined;
    case "ArithmeticCommandExpansion":
      return printsNumber(node.script) ? undefined : arithmetic(node.text);
    case "ArithmeticExpansion":
    case "ArithmeticCommand":
      return node.expression === undefined ? unread() : undefined;
    case "ArithmeticWord":
      return isNumeric(node, text) ? undefined : arithmetic(node.value);
    case "ParameterExpansion":
      if (node.prefix === "!")
        return refuse("shell.indirect", `${node.text}: indirect expansion is not allowed; name the variable.`);
      return (
        (node.operation?.type === "Default" && node.operation.operator.endsWith("=")
          ? assignable(node.parameter)
          : undefined) ??
        (node.index === undefined || /^[@*]$/.test(node.index.text) || text.has(keyed(node.parameter))
          ? undefined
          : numeric(node.index, text))
      );
    case "Slice":
      return numeric(node.offset, text) ?? (node.length === undefined ? undefined : numeric(node.length, text));
    case "Transform":
    case "Names":
    case "Unknown":
      return refuse("shell.expansion", "That kind of ${…} is not allowed; use plain variables and text.");
    case "TestUnary":
      return /^-[vR]$/.test(node.operator)
        ? refuse("shell.test", `[[ ${node.operator} ]] is not allowed; compare the value instead.`)
        : undefined;
    case "TestBinary":
      return /^-(?:eq|ne|lt|le|gt|ge)$/.test(node.operator)
        ? (numeric(node.left, text) ?? numeric(node.right, text))
        : undefined;
    case "Redirect":
    case "HereString":
    case "HereDoc":
      if (node.descriptor?.type === "FileDescriptorVariable")
        return refuse("shell.form", "{name}> is not allowed; redirect to a file.");
      if (node.type === "HereDoc" && (node.closing === undefined || node.delimiter === undefined))
        return refuse(
          "shell.syntax",
          "The here-document has no end; close it with its delimiter on a line of its own.",
        );
      return undefined;
    case "AndOr":
    case "AnsiCQuoted":
    case "ArithmeticBinary":
    case "ArithmeticFor":
    case "ArithmeticGroup":
    case "ArithmeticTernary":
    case "ArithmeticUnary":
    case "ArrayValue":
    case "BraceExpansion":
    case "BraceGroup":
    case "Case":
    case "CaseItem":
    case "CaseModification":
    case "Command":
    case "CompoundList":
    case "Default":
    case "DoubleQuoted":
    case "Elif":
    case "ExtendedGlob":
    case "FileDescriptor":
    case "FileDescriptorVariable":
    case "Glob":
    case "HereDocBody":
    case "HereDocDelimiter":
    case "If":
    case "Literal":
    case "LocaleString":
    case "Negation":
    case "Pipeline":
    case "Redirected":
    case "Remove":
    case "Replace":
    case "SimpleExpansion":
    case "SingleQuoted":
    case "Statement":
    case "Subshell":
    case "TestCommand":
    case "TestGroup":
    case "TestLogical":
    case "TestNot":
    case "Time":
    case "While":
    case "Word":
      return undefined;
    default:
      // A newer parser may know forms that this list does not.
      return unread();
  }
}

/** Whether a substitution ends in a command that prints nothing but a number. */
function printsNumber(script: ParsedScript | undefined): boolean {
  const last = script?.commands.length === 1 ? script.commands[0]?.command : undefined;
  const node = last?.type === "Pipeline" ? last.commands.at(-1) : last;
  if (node?.type !== "Command") return false;
  const words = node.args.map((arg) => arg.text);
  if (node.name?.value === "wc") return words.every((word) => word.startsWith("-"));
  return node.name?.value === "nproc" || (node.name?.value === "date" && words.join() === "+%s");
}

const unread = (): Refusal => refuse("shell.syntax", "A part of the line cannot be parsed; write it more simply.");

const arithmetic = (text: string): Refusal =>
  refuse(
    "shell.arithmetic",
    `The shell would evaluate ${text} as code; calculate with digits and counters only, or compare with [ "$a" -gt 1 ].`,
  );

const numeric = (word: Word, text: ReadonlySet<string>): Refusal | undefined =>
  isNumeric(word, text) ? undefined : arithmetic(word.text);

/**
 * The shell evaluates the values of variables in arithmetic, and `a[$(command)]` in a value would run the command. So
 * only digits, variables that nothing but numbers are given to in this line, and counts pass.
 */
function isNumeric(word: Word | ArithmeticWord, text: ReadonlySet<string>): boolean {
  const source = word.type === "Word" ? word.text.replace(/^"([^"\\]*)"$/, "$1") : word.value;
  if (/^-?(?:\d+|0[xX][\da-fA-F]+|\d+#[\da-zA-Z@_]+)$/.test(source) || /^\$[#?$!]$/.test(source)) return true;
  if (/^\$\{#[A-Za-z]\w*(?:\[[@*]\])?\}$/.test(source)) return true;
  if (/^\$\(\([^[\]`]*\)\)$/.test(source)) return true;
  const name = /^(?:\$?([A-Za-z]\w*)|\$\{([A-Za-z]\w*)\})$/.exec(source);
  const found = name?.[1] ?? name?.[2];
  return found !== undefined && !text.has(found) && assignable(found) === undefined;
}

/** The variables that the line sets: those that may get other values than numbers, and the rest. */
function assignedVariables(script: SyntaxNode): { text: Set<string>; counters: ReadonlySet<string> } {
  const text = new Set(["REPLY"]);
  const all = new Set<string>();
  const visit = (node: SyntaxNode): void => {
    if (node.type === "Assignment") {
      all.add(node.name);
      if (node.append === true || !isNumber(node.value)) text.add(node.name);
    } else if (node.type === "For") {
      all.add(node.name.text);
      if (node.wordlist?.every(isNumber) !== true) text.add(node.name.text);
    } else if (node.type === "ParameterExpansion" && node.operation?.type === "Default") text.add(node.parameter);
    // `read NAME`, `export NAME` and the like: any plain word of a command may be a name that is set.
    else if (node.type === "Command" && node.name?.value !== "echo") {
      // The keys of `declare -A NAME` are texts, and are not calculated.
      if (
        /^(?:declare|local|typeset)$/.test(node.name?.value ?? "") &&
        node.args.some((arg) => /^-[a-z]*A[a-z]*$/.test(arg.text))
      )
        for (const arg of node.args) text.add(keyed(arg.type === "Word" ? arg.value : arg.name));
      for (const arg of node.args) if (arg.type === "Word" && /^[A-Za-z]\w*$/.test(arg.value)) text.add(arg.value);
    }
    forEachChild(node, visit);
  };
  visit(script);
  return { text, counters: new Set([...all].filter((name) => !text.has(name))) };
}

const keyed = (name: string): string => `${name}[text]`;

function isNumber(value: SyntaxNode): boolean {
  if (value.type !== "Word") return false;
  if (/^-?\d+$/.test(value.text) || /^\{\d+\.\.\d+\}$/.test(value.text)) return true;
  return value.parts?.length === 1 && value.parts[0]?.type === "ArithmeticExpansion";
}
