import type { Measurement } from "./measurement.ts";

/** The figures as columns for a person. */
export function tableOf(measurements: readonly Measurement[]): string {
  const rows = measurements.map(({ bench, value, unit, runs }) => [bench, show(value), unit, spread(runs)]);
  const widths = [0, 1, 2, 3].map((column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows
    .map(([name = "", value = "", unit = "", range = ""]) =>
      `${name.padEnd(widths[0] ?? 0)}  ${value.padStart(widths[1] ?? 0)} ${unit.padEnd(widths[2] ?? 0)}  ${range}`.trimEnd(),
    )
    .join("\n");
}

const spread = (runs: number[]): string =>
  runs.length < 2 ? "" : `${show(Math.min(...runs))} to ${show(Math.max(...runs))}`;

const show = (value: number): string =>
  Math.abs(value) >= 100 ? Math.round(value).toLocaleString("en") : String(Number(value.toPrecision(3)));
