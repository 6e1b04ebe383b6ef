/**
 * One thing that the wall does to a path, in order: a later step wins over an earlier one. All paths are absolute and
 * free of links; `hide` may be a shell pattern. What does not exist when the wall goes up is passed over.
 */
export type WallStep =
  /** Stays as the machine has it, and can be written. */
  | { do: "write"; path: string }
  | { do: "read"; path: string }
  /** A folder is empty, a file is empty, a socket refuses; none of them can be written. */
  | { do: "hide"; path: string }
  /** An empty folder of its own; made if it is not there. */
  | { do: "private"; path: string };

/** The steps of the two layers: around the whole agent, and, inside of it, around each of its shell commands. */
export interface WallLayout {
  agent: readonly WallStep[];
  shell: readonly WallStep[];
}
