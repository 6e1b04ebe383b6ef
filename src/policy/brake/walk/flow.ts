/** The folders in which the shell may be after a command has succeeded, and after it has failed. */
export interface Flow {
  ok: readonly string[];
  failed: readonly string[];
}

export const same = (folders: readonly string[]): Flow => ({ ok: folders, failed: folders });

export const union = (one: readonly string[], other: readonly string[]): readonly string[] => [
  ...new Set([...one, ...other]),
];

export const either = (flow: Flow): readonly string[] => union(flow.ok, flow.failed);

/** A folder that only the run will tell. It lies outside of everything, so whatever is written there is barred. */
export const unknownFolder = "/\uE002";
