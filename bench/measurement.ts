/** One figure. `value` is the median of `runs` unless the name says otherwise (p99, worst). */
export interface Measurement {
  bench: string;
  value: number;
  unit: "ms" | "us" | "bytes" | "MB" | "ratio" | "percent" | "per second" | "count";
  runs: number[];
  /** What a reader needs to know beside the name. */
  note?: string;
}

/** What a bench gets to work with. */
export interface Stage {
  /** Publishes a figure. */
  emit: (measurement: Measurement) => void;
  /** Tells the person at the terminal how far it is. */
  progress: (text: string) => void;
  /** How often an expensive comparison is repeated. */
  rounds: number;
}

export interface Bench {
  name: string;
  about: string;
  run: (stage: Stage) => Promise<void>;
}

/** A figure whose value is the median of its runs. */
export const medianOf = (bench: string, unit: Measurement["unit"], runs: number[], note?: string): Measurement => ({
  bench,
  value: quantile(runs, 0.5),
  unit,
  runs: runs.map(rounded),
  ...(note === undefined ? {} : { note }),
});

/** The figures `name.p50` and `name.p99` of many samples; `runs` keeps the count, least and most alone. */
export function spreadOf(bench: string, unit: Measurement["unit"], samples: number[], note?: string): Measurement[] {
  const about = `${samples.length} samples${note === undefined ? "" : `; ${note}`}`;
  const runs = [rounded(Math.min(...samples)), rounded(Math.max(...samples))];
  return [
    { bench: `${bench}.p50`, value: quantile(samples, 0.5), unit, runs, note: `${about}; runs: least and most` },
    { bench: `${bench}.p99`, value: quantile(samples, 0.99), unit, runs, note: `${about}; runs: least and most` },
  ];
}

/** The sample below which the given part of all samples lies, between two neighbours by proportion. */
export function quantile(samples: readonly number[], part: number): number {
  const sorted = samples.toSorted((a, b) => a - b);
  const at = (sorted.length - 1) * part;
  const low = sorted[Math.floor(at)] ?? Number.NaN;
  const high = sorted[Math.ceil(at)] ?? low;
  return rounded(low + (high - low) * (at - Math.floor(at)));
}

/** Three digits behind the point are more than any clock here can tell. */
const rounded = (value: number): number => Math.round(value * 1000) / 1000;
