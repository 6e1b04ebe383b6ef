import type { z } from "zod";
import type { HubBounds } from "./bounds.ts";
import type { HubAccess } from "./settings.ts";
import type { Party } from "./subjects.ts";

/** A look at the hub by somebody who comes as one of the fleet, and makes and changes nothing there. */
export interface HubProbe extends AsyncDisposable {
  readonly server: string;
  readonly version: string;
  /** Whether the server asks who comes. */
  readonly isLoginAsked: boolean;
  /** Milliseconds of so many round trips, one after the other. */
  roundTrips(times: number): Promise<number[]>;
  /** What JetStream holds for this user's account; no limit: as much as its disk has. */
  room(): Promise<{ usedBytes: number; limitBytes: number | undefined }>;
  streams(): Promise<StreamLook[]>;
  /** Which of these the server refuses to this user. Nothing of what is said for that is kept, or heard by anybody. */
  refused(rights: Rights): Promise<Refusals>;
  /** Who is in the registry: so many are read, and how many there are. */
  entries<State>(schema: z.ZodType<State>, most: number): Promise<{ count: number; entries: EntryLook<State>[] }>;
}

export interface ProbeParts {
  me: Party;
  access: HubAccess;
  bounds?: Partial<HubBounds>;
}

export interface StreamLook {
  name: string;
  role: "jobs" | "registry" | "things";
  /** Settings that are not as we want them, in words; undefined: it is not there. */
  differs: string[] | undefined;
  messages: number;
  usedBytes: number;
  limitBytes: number;
}

/** Subjects, as permissions have them. */
export interface Rights {
  publish: readonly string[];
  subscribe: readonly string[];
}
export type Refusals = Record<keyof Rights, string[]>;

export type EntryLook<State> = {
  name: Party;
  /** When it was written, by the server's clock; milliseconds since the epoch. */
  writtenAt: number;
} & ({ boot: string; state: State } | { why: string; raw: unknown });
