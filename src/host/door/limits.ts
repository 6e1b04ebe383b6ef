/** How patient a door is, milliseconds and counts. */
export interface DoorLimits {
  /** Until the head of a request is there. */
  headMs: number;
  /** Until its body is there too. */
  bodyMs: number;
  /** For a visitor that does not read what it has asked for. */
  stallMs: number;
  /** For a visitor that is behind to stay subscribed: what is recorded meanwhile is kept in memory for it. */
  behindMs: number;
  /** For the last words to be read. */
  lastWordsMs: number;
  /** Between two signs of life on a stream. */
  stillHereMs: number;
  /** Connections at the same time, for each way in. */
  mostConnections: number;
  /** Streams among them, for all ways in. */
  mostStreams: number;
}

/** A face has two streams, and as many commands under way as it wishes: room for some sixty windows and scripts. */
export const usualLimits: DoorLimits = {
  headMs: 10_000,
  bodyMs: 20_000,
  stallMs: 30_000,
  behindMs: 500,
  lastWordsMs: 2000,
  stillHereMs: 15_000,
  mostConnections: 192,
  mostStreams: 128,
};
