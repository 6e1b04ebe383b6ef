/**
 * What "allow this pattern for this construct" means: the same tool under the same rule with the same words, whatever
 * its numbers are. Narrow on purpose: another path, host or option asks again.
 * @param input the call's input as the netrunner was shown it
 */
export const holdPattern = (tool: string, rule: string, input: string): string =>
  `${tool} [${rule}] ${input.replace(/\d+/g, "#").replace(/\s+/g, " ").trim()}`;
