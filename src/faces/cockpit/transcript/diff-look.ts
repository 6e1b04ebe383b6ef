import type { Look } from "../draw/look.ts";

/** What a line of a unified diff is, by its first characters. */
export function diffLook(line: string): Look {
  if (line.startsWith("+++") || line.startsWith("---")) return "strong";
  if (line.startsWith("@@")) return "hunk";
  if (line.startsWith("+")) return "added";
  return line.startsWith("-") ? "removed" : "faint";
}

/** "+3 −1": how many lines a diff adds and takes away. */
export function diffSum(diff: string): string {
  const lines = diff.split("\n");
  const of = (sign: string): number =>
    lines.filter((one) => one.startsWith(sign) && !one.startsWith(sign.repeat(3))).length;
  return `+${of("+")} −${of("-")}`;
}
