/** A duration in at most five columns: "0:07", "59:59", "1h02", "3d04h". */
export function shortTime(ms: number): string {
  const minutes = Math.floor(Math.max(0, ms) / 60_000);
  if (minutes < 60) return `${minutes}:${two(Math.floor(Math.max(0, ms) / 1000) % 60)}`;
  const hours = Math.floor(minutes / 60);
  return hours < 24 ? `${hours}h${two(minutes % 60)}` : `${Math.floor(hours / 24)}d${two(hours % 24)}h`;
}

/** A number in at most five columns: "812", "12.3k", "1.2M". */
export function shortCount(n: number): string {
  if (n < 1000) return String(Math.round(n));
  if (n < 99_950) return `${(n / 1000).toFixed(1)}k`;
  if (n < 999_500) return `${Math.round(n / 1000)}k`;
  return n < 99_950_000 ? `${(n / 1_000_000).toFixed(1)}M` : `${Math.round(n / 1_000_000)}M`;
}

/** US dollars to the cent, so that they stand in a column: what is less than half a cent is not nothing. */
export const cents = (usd: number): string => (usd > 0 && usd < 0.005 ? "<$0.01" : `$${usd.toFixed(2)}`);

/** What is left until a moment, as a clock: "0:15", "0:00" when it has come. */
export const left = (deadline: number, now: number): string => shortTime(Math.ceil((deadline - now) / 1000) * 1000);

const two = (n: number): string => String(n).padStart(2, "0");
