import { Fault } from "../../base/fault.ts";

/**
 * The map of everything that we say on a NATS server, for fleet F, node N and pool P:
 *
 * | subject                  | what                                                  | who says it    |
 * |--------------------------|-------------------------------------------------------|----------------|
 * | `cd.F.host.N`            | letters of a node to its host                         | the node N     |
 * | `cd.F.node.N`            | letters of the host to a node                         | the host       |
 * | `cd.F.ask.host.N.WHAT`   | questions of a node to its host                       | the node N     |
 * | `cd.F.ask.node.N.WHAT`   | questions of the host to a node                       | the host       |
 * | `cd.F.jobs.P.ID`         | the work queue, stream `CD_F_JOBS`, one consumer a P  | the host       |
 * | `$KV.cd_F_registry.NAME` | who is there, stream `KV_cd_F_registry`               | who bears NAME |
 * | `$O.cd_F_things.…`       | files, stream `OBJ_cd_F_things`                       | both           |
 * | `_INBOX.cd.F.WHO.…`      | answers to the host or to a node                      | the server and who was asked |
 *
 * The name of a node stands in what it says, so that the permissions of NATS can keep nodes from speaking for each other.
 */
export interface Subjects {
  letters: { write: (from: Party, to: Party) => string; read: (me: Party) => string };
  questions: { write: (from: Party, to: Party, what: string) => string; read: (me: Party, what: string) => string };
  job: (pool: string, id: string) => string;
  jobsOf: (pool: string) => string;
  allJobs: string;
  jobStream: string;
  registryBucket: string;
  thingBucket: string;
  /** Who has said what came on a subject of letters or questions, to us. */
  speaker: (subject: string, me: Party) => Party;
}

/** "host", or the name of a node. */
export type Party = string;

export const theHost: Party = "host";

/** What the subjects begin with on which answers to somebody come. */
export const inboxOf = (fleet: string, me: Party): string => `_INBOX.cd.${named("fleet", fleet)}.${me}`;

export function subjectsOf(fleet: string): Subjects {
  const root = `cd.${named("fleet", fleet)}`;
  const way = (from: Party, to: Party): string => {
    if (to !== theHost) return `node.${named("node", to)}`;
    if (from === theHost) throw new Fault("internal", "hub.to_itself", "the host has nothing to say to itself");
    return `host.${named("node", from)}`;
  };
  const toMe = (me: Party): string => (me === theHost ? "host.*" : `node.${named("node", me)}`);
  return {
    letters: { write: (from, to) => `${root}.${way(from, to)}`, read: (me) => `${root}.${toMe(me)}` },
    questions: {
      write: (from, to, what) => `${root}.ask.${way(from, to)}.${named("question", what)}`,
      read: (me, what) => `${root}.ask.${toMe(me)}.${named("question", what)}`,
    },
    job: (pool, id) => `${root}.jobs.${named("pool", pool)}.${named("job", id)}`,
    jobsOf: (pool) => `${root}.jobs.${named("pool", pool)}.*`,
    allJobs: `${root}.jobs.*.*`,
    jobStream: `CD_${fleet}_JOBS`,
    registryBucket: `cd_${fleet}_registry`,
    thingBucket: `cd_${fleet}_things`,
    speaker(subject, me) {
      if (me !== theHost) return theHost;
      const words = subject.slice(root.length + 1).split(".");
      return words[words.indexOf("host") + 1] ?? "";
    },
  };
}

/** Whether it can be a name: nothing that a subject, a stream or a file would read otherwise. */
export const isName = (name: string): boolean => /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/.test(name);

/** The name, or a fault that says what a name is. */
export function named(what: "fleet" | "node" | "pool" | "job" | "question", name: string): string {
  if (!isName(name) || (what === "node" && name === theHost))
    throw new Fault("usage", "hub.bad_name", `"${name.slice(0, 80)}" cannot be the name of a ${what}`, {
      facts: { what, name },
      hint: `Use 1 to 64 letters, digits, "-" and "_" that begin with a letter or digit${what === "node" ? `, and not "${theHost}"` : ""}.`,
    });
  return name;
}
