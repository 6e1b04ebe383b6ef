/** A duration for reading: "3.2 s", "4 m 05 s", "2 h 07 m". */
export function spell(ms: number): string {
  const seconds = Math.max(0, ms) / 1000;
  if (seconds < 59.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${two(whole % 60)} s`;
  return `${Math.floor(whole / 3600)} h ${two(Math.floor((whole % 3600) / 60))} m`;
}

/** A running clock of steady width: "0:07", "12:30", "1:02:03". */
export function dial(ms: number): string {
  const whole = Math.floor(Math.max(0, ms) / 1000);
  const minutes = Math.floor(whole / 60);
  if (minutes < 60) return `${minutes}:${two(whole % 60)}`;
  return `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(whole % 60)}`;
}

/** US dollars: cents, and below ten cents the fractions that small calls cost. */
export const money = (usd: number): string => `$${usd.toFixed(usd > 0 && usd < 0.1 ? 4 : 2)}`;

export const byteCount = (bytes: number): string => (bytes === 1 ? "1 byte" : `${bytes} bytes`);

/** Local date and time to the minute, for lists. */
export function moment(at: number): string {
  const time = new Date(at);
  const day = `${time.getFullYear()}-${two(time.getMonth() + 1)}-${two(time.getDate())}`;
  return `${day} ${two(time.getHours())}:${two(time.getMinutes())}`;
}

/** Local time of the day to the second: "10:15:07". */
export function clock(at: number): string {
  const time = new Date(at);
  return [time.getHours(), time.getMinutes(), time.getSeconds()].map(two).join(":");
}

const two = (n: number): string => String(n).padStart(2, "0");
