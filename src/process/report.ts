/** How long each step of a stop may take, in milliseconds. */
export interface StopLimits {
  /** After the end of its input. 0: the input is not ended, it is told to go at once. */
  graceMs: number;
  /** After SIGTERM. 0: no SIGTERM. */
  termMs: number;
  /** Trying to kill. At least one attempt is made. */
  killMs: number;
}

export interface StopReport {
  /** True only when two looks, one after the other, found nothing alive. */
  proven: boolean;
  /** What was still alive at the end. Empty and not proven: the process table could not be read. */
  survivors: { pid: number; command: string }[];
}

/** A stop under way. */
export interface RunningStop {
  report: Promise<StopReport>;
  /** Shortens what is left of the grace and TERM steps to somebody else's wish; the killing takes the longer of both. */
  hurry(limits: StopLimits): void;
}
