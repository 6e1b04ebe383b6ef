/** When the day of a moment has begun, by the clock on the wall. Both are milliseconds since the epoch. */
export const lastMidnight = (now: number): number => new Date(now).setHours(0, 0, 0, 0);

/** Days can have 23 or 25 hours, and begin at one where the clocks are set at midnight: 24:00 of this day is right for all. */
export const nextMidnight = (now: number): number => new Date(now).setHours(24, 0, 0, 0);
