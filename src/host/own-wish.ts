/** What a host writes as the command line of a run with which it goes on by itself. */
export const ownCommandLine = ["cyberdeck", "host"];

/** Whether a host has resumed a run by itself, and nobody has asked it to. */
export const isOwnWish = ({ command_line }: { command_line: readonly string[] }): boolean =>
  command_line.join(" ") === ownCommandLine.join(" ");
