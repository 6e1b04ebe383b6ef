/**
 * Marks for wildcards in a decoded text. Private-use characters: no ordinary file name contains them, and a name that does
 * is only judged more strictly.
 */
export const anyText = "\uE000";
export const anyOne = "\uE001";
/** A step that stands for any number of folders, none included. */
export const anyDeep = "\uE003";

/** Stands in a known text for the part of a name that only the run will tell, and that cannot lead anywhere else. */
export const someName = "\uE007";
/** The same for a name that may be any file of the workspace. */
export const anyFile = "\uE006";

/** A text for people: marks of unknown names look like wildcards. */
export const readableMarks = (text: string): string => text.replaceAll(/[\uE000-\uE007]/g, "*");

/**
 * Whether a shape can mean this path: step by step, without regard to case; a wildcard matches no `/`, and as the first
 * character of a step no dot. Takes time proportional to both lengths, whatever the wildcards.
 */
export function shapeMatches(shape: string, path: string): boolean {
  const steps = shape.toLowerCase().split("/");
  const names = path.toLowerCase().split("/");
  return stepsMatch(steps, names);
}

function stepsMatch(steps: readonly string[], names: readonly string[]): boolean {
  const deep = steps.indexOf(anyDeep);
  if (deep === -1)
    return steps.length === names.length && steps.every((step, index) => stepMatches(step, names[index] ?? ""));
  if (!steps.slice(0, deep).every((step, index) => index < names.length && stepMatches(step, names[index] ?? "")))
    return false;
  // Only the last few steps can follow: the shapes of a call are short, and so are the names that are asked for.
  const rest = steps.slice(deep + 1).filter((step) => step !== anyDeep);
  return (
    rest.length <= names.length - deep &&
    rest.every((step, index) => stepMatches(step, names.at(index - rest.length) ?? ""))
  );
}

/** The usual walk with one remembered star: on a mismatch the last star takes one character more. */
function stepMatches(step: string, name: string): boolean {
  if (name.startsWith(".") && !step.startsWith(".")) return false;
  let at = 0;
  let star = -1;
  let starAt = 0;
  for (let read = 0; read < name.length;) {
    const mark = step.charAt(at);
    if (mark === anyText) {
      star = at;
      starAt = read;
      at += 1;
    } else if (mark === anyOne || (mark !== "" && mark === name.charAt(read))) {
      at += 1;
      read += 1;
    } else if (star !== -1) {
      at = star + 1;
      starAt += 1;
      read = starAt;
    } else return false;
  }
  return step.slice(at).replaceAll(anyText, "") === "";
}
