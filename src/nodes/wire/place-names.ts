/** Puts other paths in the place of some, in everything that is said. */
export type Renaming = <T>(value: T) => T;

/** What is said of the run's folder, or of a copy of the workspace, bears the host's paths on the wire, and the node's on the node. */
export interface PlaceNames {
  /** From the node's paths to the host's. */
  outward: Renaming;
  /** From the host's paths to the node's. */
  inward: Renaming;
}

/** Of a node whose paths are those of the host. */
export const sameNames: PlaceNames = { outward: (value) => value, inward: (value) => value };

/** @param pairs absolute paths without a slash at their end; of two that one text could mean, the longer one is meant */
export function placeNames(pairs: readonly { host: string; node: string }[]): PlaceNames {
  return {
    outward: renaming(pairs.map(({ host, node }) => [node, host])),
    inward: renaming(pairs.map(({ host, node }) => [host, node])),
  };
}

/** A path ends where its last name does: `/w` is in `/w/a` and in "Look at /w." but not in `/work`, `/w.old` or `/a/w`. */
function renaming(pairs: [string, string][]): Renaming {
  const others = new Map(pairs.filter(([from, to]) => from !== to));
  if (others.size === 0) return sameNames.inward;
  const longestFirst = [...others.keys()].toSorted((one, other) => other.length - one.length);
  const found = new RegExp(
    `(?<![\\p{L}\\p{N}_.-])(?:${longestFirst.map((path) => plain(path)).join("|")})(?!\\.?[\\p{L}\\p{N}_-])`,
    "gu",
  );
  const text = (before: string): string => before.replace(found, (path) => others.get(path) ?? path);
  const deep = (value: unknown): unknown => {
    if (typeof value === "string") return text(value);
    if (Array.isArray(value)) return value.map(deep);
    if (typeof value !== "object" || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, deep(one)]));
  };
  // Only texts are changed, and they stay texts.
  return <T>(value: T): T => deep(value) as T;
}

/** As a pattern that means just this text. */
const plain = (text: string): string => text.replace(/[\\^$.*+?()[\]{}|/]/g, String.raw`\$&`);
