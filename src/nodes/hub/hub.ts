import type { z } from "zod";
import type { Fault } from "../../base/fault.ts";
import type { HubBounds } from "./bounds.ts";
import type { HubAccess } from "./settings.ts";
import type { Party } from "./subjects.ts";

/**
 * How the host and the nodes of one fleet reach each other. It knows nothing of agents, and keeps nothing that must not be lost: what is
 * taken for good is taken when the other end has said so, and is said again until then.
 */
export interface Hub {
  readonly fleet: string;
  /** Who this is. */
  readonly me: Party;
  /** Whether the server can be reached, as far as it is known. A hub that is down tries for ever to come up. */
  readonly link: Link;
  readonly letters: Letters;
  readonly asking: Asking;
  readonly jobs: Jobs;
  readonly things: Things;
  /** The list of who is there, each with something of this shape to tell. */
  registry<State>(schema: z.ZodType<State>): Registry<State>;
  /** Asks the server how it is: a round trip, and what it has room for. */
  health(): Promise<HubHealth>;
  /** Aborts when the hub is closed, by us or for good. */
  readonly signal: AbortSignal;
  /** Settles when it is closed: with the reason if that was not us. */
  readonly closed: Promise<Fault | undefined>;
  close(): Promise<void>;
}

export type Link = "up" | "down";

/** What a hub tells of itself. Nothing of it is an answer to a call. */
export interface HubListeners {
  /** The link has changed. When it is up again, whatever was said meanwhile may be lost: say it again. */
  onLink?: (link: Link) => void;
  /** Something has come that is not of our words: another version, another program, or somebody who means harm. */
  onStrange?: (strange: Strange) => void;
  /** Something goes wrong of which no call hears, such as a subject that this user may not use. */
  onTrouble?: (fault: Fault) => void;
}

export interface HubParts extends HubListeners {
  /** "host", or the name of this node. */
  me: Party;
  access: HubAccess;
  bounds?: Partial<HubBounds>;
}

export interface Strange {
  /** Who it says it is. */
  from: Party;
  /** What is wrong with it. */
  why: string;
  /** The beginning of it. */
  head: string;
}

/** Words that may be lost, doubled, or come late; in order, as long as the link holds. */
export interface Letters {
  send(to: Party, letter: unknown): Sent;
  /** Takes the letters to us that fit the schema; the others are told as strange. One reader. */
  listen<T>(schema: z.ZodType<T>, take: (letter: T, from: Party) => void): Disposable;
}

/**
 * What came of a letter. `sent`: it is on its way; `down`: there is no link; `full`: too much is under way, so wait and say it again;
 * `too_large`: it will never pass.
 */
export type Sent = "sent" | "down" | "full" | "too_large";

/** Questions that have one answer. */
export interface Asking {
  /** Rejects when nobody answers in time, when the other end refuses, or when the answer does not fit. Whether it has acted is then not known. */
  ask<T>(to: Party, question: Question, answer: z.ZodType<T>): Promise<T>;
  /**
   * Answers all questions of this kind. One that does not fit the schema is refused and told as strange; what the answer throws is told
   * to who asked. The same question may come twice: what it does must bear that.
   */
  answer<T>(what: string, schema: z.ZodType<T>, answer: Answerer<T>): Disposable;
}

export interface Question {
  /** What kind of question: a name. */
  what: string;
  /** By which the asker knows it again; the one who answers gets it too. */
  id: string;
  body: unknown;
  timeoutMs: number;
}

export type Answerer<T> = (body: T, asked: { from: Party; id: string }) => unknown;

/** Work for whoever of a pool has room: each piece is given out until somebody is done with it. */
export interface Jobs {
  /**
   * Puts a job in the queue. One with this id that is in the queue, or was a few minutes ago, is not put in again: then it is not new.
   * Rejects when the queue is full.
   */
  offer(pool: string, job: { id: string; body: unknown }): Promise<{ isNew: boolean }>;
  /** Takes a job out of the queue that nobody shall have any more; false when it is not there. Who has it already is not told. */
  withdraw(pool: string, id: string): Promise<boolean>;
  /** Takes jobs of a pool, never more at a time than there are slots. */
  take<T>(pool: string, schema: z.ZodType<T>, slots: number): Promise<Taking<T>>;
  /** Hears of the jobs that were given out too often without anybody being done with them: they are out of the queue. */
  onGivenUp(listener: (job: { pool: string; id: string; deliveries: number }) => void): Disposable;
}

export interface Taking<T> {
  readonly jobs: AsyncIterable<Job<T>>;
  /** From now on so many at a time; 0 takes no more. What is at work stays. */
  setSlots(slots: number): void;
  /** Takes no more; the ones at work can still be ended. */
  stop(): void;
}

export interface Job<T> {
  id: string;
  body: T;
  /** How often it was given out, with this time. */
  delivery: number;
  /** It is alive: to be said more often than every `silenceMs`, or somebody else gets it too. */
  working(): void;
  readonly silenceMs: number;
  /**
   * It is over. True when the server has said that it knows; false: it may be given out again, such as when it was silent for too long
   * and somebody else may have it by now.
   */
  done(): Promise<boolean>;
  /** Somebody else shall have it, after this time. */
  back(afterMs?: number): void;
}

/** Who is there. Each entry goes when its owner has not renewed it for a while. */
export interface Registry<State> {
  /**
   * Enters us. Rejects when somebody else who lives has our name; an entry that nobody renews is waited for until it goes.
   * @param boot the id of this life of ours, by which our own entry is known from that of another
   */
  enter(boot: string, state: State): Promise<Entry<State>>;
  /** Tells of each that is there, and then of what changes. While our own link is down, nobody is taken for gone. */
  watch(listener: (change: RegistryChange<State>) => void): Promise<Disposable>;
}

export interface Entry<State> {
  /** What is to be told of us from now on. */
  set(state: State): void;
  /** Takes us off the list. */
  leave(): Promise<void>;
  /** Settles when somebody else has our name: who it is. */
  readonly lost: Promise<{ boot: string }>;
}

export type RegistryChange<State> =
  | { type: "came" | "changed"; name: Party; boot: string; state: State }
  | { type: "went"; name: Party; boot: string; why: "left" | "silent" };

/** Files that are too large for a letter. The server drops them when they are old. */
export interface Things {
  /** Rejects when the file is over the bound, or when the store is full. */
  put(name: string, file: string): Promise<Thing>;
  /** Writes it to a file, whole or not at all, and checks it. */
  get(name: string, file: string, expected?: { sha256?: string; mostBytes?: number }): Promise<Thing>;
  /** False when it was not there. */
  remove(name: string): Promise<boolean>;
}

export interface Thing {
  name: string;
  bytes: number;
  /** Hexadecimal. */
  sha256: string;
}

export interface HubHealth {
  /** Without secrets. */
  server: string;
  version: string;
  roundTripMs: number;
  storage: { usedBytes: number; limitBytes: number | undefined };
  queue: { waiting: number; usedBytes: number; limitBytes: number };
  things: { usedBytes: number; limitBytes: number };
}
