import { mutex } from "../base/mutex.ts";
import type { Identity, ProcessEntry, ProcessTable } from "./entry.ts";
import type { Marker } from "./marker.ts";

/**
 * Everything alive that one child has started, found in three ways: children of known processes, members of the process groups
 * and sessions of known processes, and bearers of the marker. It remembers what it has seen: a process that later loses its
 * parent and its marker is still known, and so are its group and session. Never in it: this process, what started it, whatever
 * shares a session with those, and pid 1.
 */
export interface Census {
  /** Takes the leader of a session of its own as known; what is older than it cannot belong to it. */
  adopt(root: Identity): void;
  look(): Promise<Scene>;
  /** Looks only in order to remember: call it when a tool call begins or ends, while parents are still there to tell. */
  note(): Promise<void>;
}

export interface Scene {
  /** Known and running; a zombie is not. */
  alive: ProcessEntry[];
  /** Process groups of theirs, in which nobody else can be. */
  groups: number[];
}

export function createCensus(table: ProcessTable, marker: Marker): Census {
  const inTurn = mutex();
  const memory: Memory = { known: new Map(), group: new Set(), session: new Set() };
  let since = Number.NEGATIVE_INFINITY;

  const look = async (): Promise<Scene> => {
    const entries = await table.list();
    const byPid = new Map(entries.map((entry) => [entry.pid, entry]));
    const foreign = foreignTo(byPid);
    const candidates = entries.filter((entry) => entry.started >= since && !isForeign(entry, foreign));
    forget(memory, entries, byPid);
    spread(memory, candidates, byPid);
    const strangers = candidates.filter((entry) => entry.alive && !memory.known.has(entry.pid));
    for (const bearer of await table.carriers(strangers, marker)) memory.known.set(bearer.pid, bearer.started);
    spread(memory, candidates, byPid);
    const alive = candidates.filter((entry) => entry.alive && memory.known.has(entry.pid));
    return { alive, groups: [...new Set(alive.map((entry) => entry.group))].filter((id) => memory.group.has(id)) };
  };

  return {
    adopt(root) {
      memory.known.set(root.pid, root.started);
      memory.group.add(root.pid);
      memory.session.add(root.pid);
      since = root.started;
    },
    look: () => inTurn(look),
    note: async () => {
      await inTurn(look);
    },
  };
}

interface Memory {
  /** Start times by pid. */
  known: Map<number, number>;
  /** Numbers of groups and sessions that are ours. The kernel reuses a number only after its last member is gone. */
  group: Set<number>;
  session: Set<number>;
}

const kinds = ["group", "session"] as const;

/** Drops what is gone, and what has come in its place: another process with the number, another group. */
function forget(memory: Memory, entries: ProcessEntry[], byPid: Map<number, ProcessEntry>): void {
  for (const [pid, started] of memory.known) if (byPid.get(pid)?.started !== started) memory.known.delete(pid);
  for (const kind of kinds) {
    const used = new Set(entries.map((entry) => entry[kind]));
    for (const id of memory[kind]) if (!used.has(id) || !isLedByUs(id, memory, byPid)) memory[kind].delete(id);
  }
}

/** Makes known what hangs together with the known, until nothing more is found. */
function spread(memory: Memory, candidates: ProcessEntry[], byPid: Map<number, ProcessEntry>): void {
  for (let grown = true; grown;) {
    grown = false;
    for (const entry of candidates) {
      const { pid, parent, started, group, session } = entry;
      const isOurs =
        memory.known.has(pid) ||
        memory.known.has(parent) ||
        memory.group.has(group) ||
        (session !== undefined && memory.session.has(session));
      if (!isOurs) continue;
      if (!memory.known.has(pid)) grown = true;
      memory.known.set(pid, started);
      for (const kind of kinds) {
        const id = entry[kind];
        if (id === undefined || id <= 1 || memory[kind].has(id) || !isLedByUs(id, memory, byPid)) continue;
        memory[kind].add(id);
        grown = true;
      }
    }
  }
}

/** A group or session whose leader is alive and not ours is not ours, even if one of ours is in it. */
function isLedByUs(id: number, memory: Memory, byPid: Map<number, ProcessEntry>): boolean {
  return !byPid.has(id) || memory.known.has(id);
}

interface Foreign {
  pids: Set<number>;
  group: Set<number>;
  session: Set<number>;
}

/** This process and its ancestors, with the groups and sessions that they are in. */
function foreignTo(byPid: Map<number, ProcessEntry>): Foreign {
  const foreign: Foreign = { pids: new Set([0, 1]), group: new Set([0, 1]), session: new Set([0, 1]) };
  let entry = byPid.get(process.pid);
  foreign.pids.add(process.pid);
  while (entry !== undefined && entry.pid > 1) {
    foreign.pids.add(entry.pid);
    foreign.group.add(entry.group);
    if (entry.session !== undefined) foreign.session.add(entry.session);
    entry = foreign.pids.has(entry.parent) ? undefined : byPid.get(entry.parent);
  }
  return foreign;
}

/** Our children start in sessions of their own, and a session cannot be entered from outside: who is in ours, is not theirs. */
function isForeign(entry: ProcessEntry, foreign: Foreign): boolean {
  if (foreign.pids.has(entry.pid) || foreign.group.has(entry.group)) return true;
  return entry.session !== undefined && foreign.session.has(entry.session);
}
