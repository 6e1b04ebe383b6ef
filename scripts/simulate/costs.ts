/** What things cost. Microseconds of one processor unless the name says otherwise. */
export interface Costs {
  /** The host: a letter of a node, out of the hub and dealt with. */
  hostLetter: number;
  /** The same without the hub. */
  hostLetterAlone: number;
  /** The host: a letter to a node. */
  hostSends: number;
  /** The host: the verdict about a call, beside the letters. */
  hostJudges: number;
  /** The host: an event into the record, and one commit that is on disk when it returns. */
  hostEvent: number;
  hostSync: number;
  /** The host: to ask for the disk without waiting for it. */
  hostAsksDisk: number;
  /** The host: a question of a node, and a renewed entry of the registry. */
  hostAnswers: number;
  hostEntry: number;
  /** The host: choosing a node for an opening, for each node that there is. */
  hostPlacesPerNode: number;
  /** The server: a message that is passed on, and one that JetStream stores. */
  serverPasses: number;
  serverStores: number;
  /** Kilobytes of the host's memory: for itself, and for each construct. */
  hostKb: number;
  constructKb: number;
}

/**
 * `npm run bench:nodes` (hub.letters, hub.host, hub.idle) and `npm run bench -- --only store.append`, medians on two cores of a machine that was busy
 * with other things. Assumed, not measured: `hostAsksDisk` (675 with an append, on a machine with ten times the work it can do), `hostSync` (a commit to a good SSD; here it was 0.2 to 160 ms), `hostJudges`, and the memory
 * of a construct beside its session.
 */
export const measured: Costs = {
  hostLetter: 18,
  hostLetterAlone: 14.4,
  hostSends: 6,
  hostJudges: 150,
  hostEvent: 15,
  hostSync: 1000,
  hostAsksDisk: 150,
  hostAnswers: 30,
  hostEntry: 300,
  hostPlacesPerNode: 0.19,
  serverPasses: 3,
  serverStores: 400,
  hostKb: 150_000,
  constructKb: 120,
};

/** What a construct at work does. */
export interface Habits {
  /** Seconds from one answer of the model, with a call of a tool in it, to the next. */
  answerS: number;
  /** Seconds for which it lives. */
  lifeS: number;
  /** Signs of life in one answer. */
  pieces: number;
  /** Other letters of one answer: transcript, what was used, the call, its return (counted with the real agent). */
  letters: number;
  /** Events of one answer that go into the record, and those of them that are on disk at once. */
  events: number;
  synced: number;
}

/** A sign of life a second while it streams; nothing of an answer waits for the disk by itself. */
export const asItIs: Habits = { answerS: 10, lifeS: 600, pieces: 7, letters: 14, events: 5, synced: 0 };
/** What would come next, assumed: signs of life come with the renewals of the lease, and what is said in one moment is one letter. */
export const batched: Habits = { ...asItIs, pieces: 0, letters: 5 };
