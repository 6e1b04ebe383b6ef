/** A rule as the author of tripwires may propose it. */
export const noTouching = {
  name: "goal/no-touching",
  severity: "warning",
  field: "command",
  pattern: String.raw`\btouch\b`,
  message: "This goal is about looking, not about touching.",
};
