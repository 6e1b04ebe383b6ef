/** How much, and how long. All of a fleet must have the same for what lies on the server: the queue, the registry and the things. */
export interface HubBounds {
  /** The longest wait for a server at the first connection, and for its answers, milliseconds. */
  answerMs: number;
  /** The longest pause between two attempts to reach the server again, milliseconds. */
  reconnectMs: number;
  /** How often a silent link is tried; one that has not answered twice is down. Milliseconds. */
  pingMs: number;
  /** So much may be on its way to the server without its having said that it has it, bytes. */
  outboundBytes: number;
  /** The longest letter, bytes of JSON. */
  letterBytes: number;
  /** So much of letters that are not complete yet is kept, bytes. */
  partsBytes: number;
  /** The work queue: bytes, the longest job, how long a job may wait, how long its taker may be silent, and how often it is given out. */
  queueBytes: number;
  jobBytes: number;
  queueAgeMs: number;
  jobSilenceMs: number;
  jobDeliveries: number;
  /** How long the id of a job is remembered when it is out of the queue, milliseconds. */
  jobMemoryMs: number;
  /** An entry of the registry that is not renewed goes after this time, milliseconds. */
  entryMs: number;
  /** The store of things: bytes, the largest, and the age at which they are dropped. */
  thingsBytes: number;
  thingBytes: number;
  thingAgeMs: number;
}

const minute = 60_000;
const megabyte = 1_000_000;

export const hubBounds: HubBounds = {
  answerMs: 5000,
  reconnectMs: 2000,
  pingMs: 5000,
  outboundBytes: 8 * megabyte,
  letterBytes: 16 * megabyte,
  partsBytes: 64 * megabyte,
  queueBytes: 256 * megabyte,
  jobBytes: megabyte / 2,
  queueAgeMs: 7 * 24 * 60 * minute,
  jobSilenceMs: 30_000,
  jobDeliveries: 20,
  jobMemoryMs: 2 * minute,
  entryMs: 6000,
  thingsBytes: 4000 * megabyte,
  thingBytes: 1000 * megabyte,
  thingAgeMs: 3 * 24 * 60 * minute,
};
