/** What may travel. Sizes are bytes. */
export interface SpaceLimits {
  /** The bundle: what crosses the wire. */
  bundleBytes: number;
  /** All files of the work tree together, unpacked. */
  treeBytes: number;
  /** One file that is not committed. A larger one stays behind, and that is told. */
  fileBytes: number;
  /** Commits of the history that go along. */
  commits: number;
  /** Files of the work tree, and new commits of a result. */
  files: number;
}

export const usualLimits: SpaceLimits = {
  bundleBytes: 512e6,
  treeBytes: 4e9,
  fileBytes: 50e6,
  commits: 1000,
  files: 200_000,
};
