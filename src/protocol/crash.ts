import { z } from "zod";

const thrownSchema = z.object({
  name: z.string(),
  message: z.string(),
  /** Of a fault (`storage.full`) or of the system (`ENOSPC`). */
  code: z.string().nullable(),
  hint: z.string().nullable(),
  stack: z.string(),
});
export type Thrown = z.infer<typeof thrownSchema>;

/** What the process of a deck leaves behind that dies of a defect. */
export const crashSchema = z.object({
  /** Milliseconds since the epoch. */
  at: z.number(),
  how: z.enum(["exception", "rejection"]),
  /** What was thrown, and after it what caused it. */
  thrown: z.array(thrownSchema).min(1),
  /** Of Cyberdeck. */
  version: z.string(),
  system: z.object({
    platform: z.string(),
    release: z.string(),
    arch: z.string(),
    node: z.string(),
    sqlite: z.string(),
    cores: z.int(),
    uptime_s: z.number(),
    /** Of this process, bytes. */
    resident: z.number(),
    /** Of the machine, or of the control group around the process; null: not known. */
    memory: z.object({ free: z.number(), total: z.number() }).nullable(),
    /** Bytes on the disk of the home; null: not known. */
    disk_free: z.number().nullable(),
  }),
  workspace: z.string(),
  home: z.string(),
  offline: z.boolean(),
  /** The runs that were open. */
  runs: z.array(z.string()),
  /** What came of the attempt to end what was at work, before the process ended. */
  stopped: z.object({ isClosed: z.boolean(), ms: z.number() }),
});
export type Crash = z.infer<typeof crashSchema>;

/** What is to be read. All paths absolute. */
export interface Triage {
  workspace: string;
  home: string;
  /** The folder of the crash; undefined: the latest of the home. */
  bundle: string | undefined;
  claudeBin?: string;
  /** Whether a model reads it as well, which costs a cent or so. */
  withModel: boolean;
}

/** Where in the program it died. */
export interface Place {
  /** `own`: code of Cyberdeck; `dependency`: a package that it uses; `system`: Node itself. */
  kind: "own" | "dependency" | "system" | "unknown";
  /** File, line and column, or the package's name. */
  where: string;
  /** The function, where the stack names one. */
  what: string | null;
}

/** A cause that is known by its marks. */
export interface KnownCause {
  rule: string;
  text: string;
  next: string;
}

/** What is to be known of a crash. */
export interface CauseReport {
  bundle: string;
  at: number;
  version: string;
  /** What was thrown, in a line. */
  died_of: string;
  place: Place;
  /** What the record tells of its last moments. */
  under_way: string[];
  causes: KnownCause[];
  /** Each is a sentence or a command line. */
  next: string[];
  /** Files for whoever reports it. */
  attach: string[];
  /** What a model reads in it, in plain words; null: none was asked, or it gave no answer. */
  reading: string | null;
  /** Why there is no reading although one was wanted. */
  reading_problem: string | null;
}
