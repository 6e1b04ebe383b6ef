import type { Marker } from "./marker.ts";

/** What tells a process from a later one with the same number. `started` is the kernel's word, in units of the table. */
export interface Identity {
  pid: number;
  started: number;
}

export interface ProcessEntry extends Identity {
  parent: number;
  group: number;
  /** Unknown where the platform's `ps` does not tell. */
  session: number | undefined;
  /** False for a zombie: it is over, only nobody has read its exit yet. */
  alive: boolean;
  command: string;
}

/** The machine's processes. One reader for each platform; kernel threads are not listed. */
export interface ProcessTable {
  list(): Promise<ProcessEntry[]>;
  find(pid: number): Promise<ProcessEntry | undefined>;
  /** Those of the candidates that bear the marker. One that may not be looked into is left out. */
  carriers(candidates: ProcessEntry[], marker: Marker): Promise<ProcessEntry[]>;
}

export const sameProcess = (one: Identity, other: Identity): boolean =>
  one.pid === other.pid && one.started === other.started;
