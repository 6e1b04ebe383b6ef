import { readdirSync } from "node:fs";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** What a process holds at one moment. */
export interface Held {
  handles: number;
  heap_mb: number;
  rss_mb: number;
}

/** What may come and go: a handle that is being closed, a timer's. */
const spareHandles = 8;
const spareMegabytes = 40;

/** Measures this process, after a garbage collection. */
export function measurer(): () => Held {
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("gc");
  return () => {
    if (typeof collect === "function") Reflect.apply(collect, undefined, []);
    const memory = process.memoryUsage();
    return {
      handles: readdirSync("/proc/self/fd").length,
      heap_mb: round((memory.heapUsed + memory.external) / 2 ** 20),
      rss_mb: round(memory.rss / 2 ** 20),
    };
  };
}

/** What has grown between two moments by more than chance explains. */
export function growth(first: Held, last: Held): string[] {
  const problems: string[] = [];
  if (last.handles > first.handles + spareHandles)
    problems.push(`file handles grew from ${first.handles} to ${last.handles}`);
  if (last.heap_mb > first.heap_mb + spareMegabytes)
    problems.push(`memory grew from ${first.heap_mb} to ${last.heap_mb} MB`);
  return problems;
}

/** Reproducible from its seed (mulberry32): numbers from 0 up to 1. */
export function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

export const round = (value: number): number => Math.round(value * 10) / 10;
