/** What is to happen, in the order of its time. */
export interface Agenda {
  at(time: number, action: () => void): void;
  /** Does all that is due until then, and gives how much that was. */
  run(until: number): number;
  readonly now: number;
}

/** A heap; what is due at the same time happens in the order in which it was put there. */
export function agenda(): Agenda {
  const heap: { time: number; order: number; action: () => void }[] = [];
  let now = 0;
  let order = 0;
  const isBefore = (one: number, other: number): boolean => {
    const [a, b] = [heap[one], heap[other]];
    if (a === undefined || b === undefined) return a !== undefined;
    return a.time < b.time || (a.time === b.time && a.order < b.order);
  };
  const swap = (one: number, other: number): void => {
    const [a, b] = [heap[one], heap[other]];
    if (a === undefined || b === undefined) return;
    heap[one] = b;
    heap[other] = a;
  };
  const sink = (): void => {
    for (let at = 0; ;) {
      const child = isBefore(2 * at + 2, 2 * at + 1) ? 2 * at + 2 : 2 * at + 1;
      if (child >= heap.length || !isBefore(child, at)) return;
      swap(at, child);
      at = child;
    }
  };
  return {
    at(time, action) {
      order += 1;
      heap.push({ time: Math.max(now, time), order, action });
      for (let at = heap.length - 1; at > 0; at = (at - 1) >> 1) {
        if (!isBefore(at, (at - 1) >> 1)) return;
        swap(at, (at - 1) >> 1);
      }
    },
    run(until) {
      let done = 0;
      for (let first = heap[0]; first !== undefined && first.time <= until; first = heap[0]) {
        const last = heap.pop();
        if (last !== undefined && last !== first) {
          heap[0] = last;
          sink();
        }
        now = first.time;
        first.action();
        done += 1;
      }
      now = until;
      return done;
    },
    get now() {
      return now;
    },
  };
}

/** One that does one thing after the other, such as the event loop of the host. */
export interface Worker {
  /** Has it do this, which takes so many microseconds, and says when it is done. */
  does(us: number, done?: () => void): void;
  /** The part of the time so far that it had something to do. */
  busy(): number;
  /** Milliseconds of work that wait. */
  behindMs(): number;
}

/** @param speed how much faster it is than one processor */
export function worker(calendar: Agenda, speed = 1): Worker {
  let free = 0;
  let worked = 0;
  return {
    does(us, done) {
      const ms = us / 1000 / speed;
      free = Math.max(free, calendar.now) + ms;
      worked += ms;
      if (done !== undefined) calendar.at(free, done);
    },
    busy: () => worked / Math.max(1, calendar.now),
    behindMs: () => Math.max(0, free - calendar.now),
  };
}
