/** What of a run's folder may travel. Sizes are bytes. What is more stays behind, and that is told. */
export interface RunFileBounds {
  /** One file. */
  fileBytes: number;
  /** All that travels at once. */
  allBytes: number;
  /** So many files at once, and their names together: a list of them is one letter. */
  files: number;
  nameBytes: number;
  /** So many entries of a folder are looked at. */
  entries: number;
}

export const runFileBounds: RunFileBounds = {
  fileBytes: 50_000_000,
  allBytes: 500_000_000,
  files: 2000,
  nameBytes: 250_000,
  entries: 10_000,
};
