/** A duration for people: "0.4 s", "2 min 3 s", "1 h 4 min". */
export function showDuration(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor((whole % 3600) / 60)} min`;
}

/** A size for people: "812 bytes", "1.5 KB", "12.0 MB", "4.0 GB". */
export function showBytes(bytes: number): string {
  if (bytes < 1000) return `${bytes} ${bytes === 1 ? "byte" : "bytes"}`;
  if (bytes < 999_950) return `${(bytes / 1000).toFixed(1)} KB`;
  if (bytes < 999_950_000) return `${(bytes / 1_000_000).toFixed(1)} MB`;
  return `${(bytes / 1_000_000_000).toFixed(1)} GB`;
}

/** A cost in US dollars; small ones keep the digits that matter. */
export const showCost = (usd: number): string => `$${usd.toFixed(usd > 0 && usd < 1 ? 4 : 2)}`;

/** "1 file", "3 files". */
export const count = (n: number, one: string, many = `${one}s`): string => `${n} ${n === 1 ? one : many}`;

/** Milliseconds of a duration such as 90s, 10m or 1h30m; undefined when it is none, or no time at all. */
export function readDuration(text: string): number | undefined {
  const match = /^(?:(\d{1,4})d)?(?:(\d{1,6})h)?(?:(\d{1,7})m)?(?:(\d{1,8})s)?(?:(\d{1,10})ms)?$/.exec(text.trim());
  const ms = (match?.slice(1) ?? []).reduce((sum, part, index) => sum + Number(part ?? 0) * (units[index] ?? 0), 0);
  return ms >= 1 ? ms : undefined;
}

/** Day, hour, minute, second, in milliseconds. */
const units = [86_400_000, 3_600_000, 60_000, 1000, 1];
