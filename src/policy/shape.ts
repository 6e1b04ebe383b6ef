/**
 * Marks for wildcards in a decoded text. Private-use characters: no ordinary file name contains them, and a name that does
 * is only judged more strictly.
 */
export const anyText = "\uE000";
export const anyOne = "\uE001";

/**
 * Whether a shape can mean this path: step by step, without regard to case; a wildcard matches no `/`, and as the first
 * character of a step no dot. Takes time proportional to both lengths, whatever the wildcards.
 */
export function shapeMatches(shape: string, path: string): boolean {
  const steps = shape.toLowerCase().split("/");
  const names = path.toLowerCase().split("/");
  return steps.length === names.length && steps.every((step, index) => stepMatches(step, names[index] ?? ""));
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
