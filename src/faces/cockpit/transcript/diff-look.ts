import type { Look } from "../draw/look.ts";

/** What a line of a unified diff is, by its first characters. */
export function diffLook(line: string): Look {
  if (line.startsWith("+++") || line.startsWith("---")) return "strong";
  if (line.startsWith("@@")) return "hunk";
  if (line.startsWith("+")) return "added";
  return line.startsWith("-") ? "removed" : "faint";
}

/** A diff without the lines above its first change that name its file, where that is told already, and no place in it. */
export const diffBody = (text: string): string => text.replace(/^--- [^\n]*\n\+\+\+ [^\n]*\n(?:@@ @@\n)?(?=[^\n])/, "");

/** "+3 −1": how many lines a diff adds and takes away. */
export function diffSum(diff: string): string {
  const lines = diffBody(diff).split("\n");
  const of = (sign: string): number => lines.filter((one) => one.startsWith(sign)).length;
  return `+${of("+")} −${of("-")}`;
}
