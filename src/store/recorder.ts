import { join } from "node:path";
import { type Clock, systemClock } from "../base/clock.ts";
import { Fault, messageOf } from "../base/fault.ts";
import type { DeckEvent, EventDraft } from "../protocol/event.ts";
import { type EventFile, eventFile } from "./event-file.ts";
import type { Store } from "./event-log.ts";
import { runPath } from "./home.ts";
import { type SealedEvent, seal } from "./sealed-event.ts";
import { storageFault } from "./storage-fault.ts";

/** Writes what happens, then tells who wants to know, in the order of the `record` calls. */
export interface Recorder {
  /**
   * Records an event. A change of state is on disk and published when this returns; what agents merely say or do waits
   * up to 50 ms for company, unless `now` is set, and then the result is undefined. What agents use is written and published
   * at once, and the disk is waited for in company. Throws the fault that has stopped the recorder.
   */
  record(draft: EventDraft, options: { now: true }): DeckEvent;
  record(draft: EventDraft, options?: { now?: boolean }): DeckEvent | undefined;
  /**
   * Calls `listener` with each event after its commit, until disposed. A listener that throws stops nobody else. `plain` is
   * the event with the secrets that were taken out of it: for the engine alone, which must work with them.
   */
  subscribe(listener: Listener): Disposable;
  /** Makes the file of a run equal to the record, also when nothing more is recorded of it. */
  complete(run: string): void;
  /** Resolves when everything recorded so far is on disk, in the database and in the runs' files. */
  flush(): Promise<void>;
  /** Writes what waits and ends. The store stays open. Never rejects: a failure goes to `onFault`. */
  close(): Promise<void>;
  /** The failed write that has stopped this recorder. */
  readonly fault: Fault | undefined;
}

type Listener = (event: DeckEvent, plain: DeckEvent) => void;

export interface RecorderOptions {
  /**
   * Hears once of a write that failed and stopped the recorder (`recorder.fault` is set then), and of what failed
   * without stopping it: a listener that threw, a run's file that could not be written.
   */
  onFault: (fault: Fault) => void;
  clock?: Clock;
}

const batchMs = 50;
const batchEvents = 500;

export function openRecorder(store: Store, options: RecorderOptions): Recorder {
  const { onFault, clock = systemClock } = options;
  const listeners = new Set<Listener>();
  const files = new Map<string, EventFile>();
  const unpublished: { event: DeckEvent; plain: DeckEvent }[] = [];
  let publishing = false;
  let waiting: SealedEvent[] = [];
  let timer: Disposable | undefined;
  let fault: Fault | undefined;
  let closed = false;
  /** How many batches were written, and how many of them are known to be on disk: a commit that waits for it takes all earlier ones along. */
  let [writes, onDisk] = [0, 0];
  let syncing: Disposable | undefined;

  const write = (synced: boolean): DeckEvent[] => {
    timer?.[Symbol.dispose]();
    timer = undefined;
    const batch = waiting;
    waiting = [];
    let events: DeckEvent[];
    try {
      events = store.write(batch, { synced });
    } catch (error) {
      throw failed(error);
    }
    if (batch.length > 0) writes += 1;
    if (batch.length > 0 && synced) hasSynced(writes);
    for (const [index, event] of events.entries())
      unpublished.push({ event, plain: batch[index]?.plain(event.seq) ?? event });
    publish();
    return events;
  };

  const failed = (error: unknown): Fault => {
    if (fault !== undefined) return fault;
    fault = storageFault(error, "could not record in", store.home);
    onFault(fault);
    return fault;
  };

  const hasSynced = (upTo: number): void => {
    onDisk = Math.max(onDisk, upTo);
    if (onDisk < writes) return;
    syncing?.[Symbol.dispose]();
    syncing = undefined;
  };

  const sync = async (): Promise<void> => {
    const upTo = writes;
    if (onDisk >= upTo) return;
    try {
      await store.sync();
    } catch (error) {
      throw failed(error);
    }
    hasSynced(upTo);
  };

  const syncQuietly = async (): Promise<void> => {
    try {
      if (fault === undefined) await sync();
    } catch {
      // `failed` has kept the fault and reported it; there is no caller to throw it at.
    }
  };

  const syncSoon = (): void => {
    syncing ??= clock.after(batchMs, () => {
      syncing = undefined;
      void syncQuietly();
    });
  };

  const writeQuietly = (synced: boolean): void => {
    try {
      if (fault === undefined) write(synced);
    } catch {
      // `write` has kept the fault and reported it; there is no caller to throw it at.
    }
  };

  const publish = (): void => {
    // A listener may record: its event is published after the one in hand has reached everybody.
    if (publishing) return;
    publishing = true;
    try {
      for (let next = unpublished.shift(); next !== undefined; next = unpublished.shift()) {
        fileOf(next.event.run)?.add(next.event);
        // Who subscribes while an event is told hears from the next one on.
        const audience = Array.from(listeners);
        for (const listener of audience) if (listeners.has(listener)) tell(listener, next);
      }
    } finally {
      publishing = false;
    }
  };

  const tell = (listener: Listener, { event, plain }: { event: DeckEvent; plain: DeckEvent }): void => {
    try {
      listener(event, plain);
    } catch (error) {
      const message = `a listener failed at event ${event.seq} (${event.type}): ${messageOf(error)}`;
      const hint = "This is a defect of Cyberdeck: please report it. The event itself is recorded.";
      onFault(new Fault("internal", "listener.failed", message, { facts: { seq: event.seq }, hint, cause: error }));
    }
  };

  /** What happens to the file of a run does not stop it, so it is told in it. */
  const warn = (run: string, { code, message, hint }: Fault): void => {
    if (fault !== undefined || closed) return;
    const body = { code, message: hint === undefined ? message : `${message} ${hint}` };
    waiting.push(seal({ type: "deck.warned", run, source: "engine", body }, clock.now(), store.redactor));
    writeQuietly(true);
  };

  /** An event of no run (its id is empty) is in the database alone. */
  const fileOf = (run: string): EventFile | undefined => {
    if (run === "") return undefined;
    const known = files.get(run);
    if (known !== undefined) return known;
    const path = join(runPath(store.home, run), "events.ndjson");
    const file = eventFile(path, run, store, (trouble) => {
      onFault(trouble);
      warn(run, trouble);
    });
    files.set(run, file);
    return file;
  };

  function record(draft: EventDraft, how: { now: true }): DeckEvent;
  function record(draft: EventDraft, how?: { now?: boolean }): DeckEvent | undefined;
  function record(draft: EventDraft, how: { now?: boolean } = {}): DeckEvent | undefined {
    if (fault !== undefined) throw fault;
    if (closed) throw new Fault("internal", "recorder.closed", "the record of this deck is closed already");
    fileOf(draft.run);
    waiting.push(seal(draft, clock.now(), store.redactor));
    if (how.now === true) return write(true).at(-1);
    if (isMoney(draft)) {
      const events = write(false);
      syncSoon();
      return events.at(-1);
    }
    if (!isTalkative(draft)) return write(true).at(-1);
    if (waiting.length >= batchEvents) write(false);
    else timer ??= clock.after(batchMs, () => writeQuietly(false));
    return undefined;
  }

  const settle = async (): Promise<void> => {
    await Promise.all([...files.values()].map((file) => file.settled()));
  };

  return {
    record,
    subscribe(listener) {
      // A wrapper of its own, so that the same function may listen twice and each disposal ends one of them.
      const own: Listener = (event, plain) => listener(event, plain);
      listeners.add(own);
      return { [Symbol.dispose]: () => void listeners.delete(own) };
    },
    complete(run) {
      if (!closed && fault === undefined) fileOf(run)?.complete();
    },
    async flush() {
      if (fault !== undefined) throw fault;
      write(false);
      await sync();
      await settle();
    },
    async close() {
      closed = true;
      writeQuietly(true);
      listeners.clear();
      await syncQuietly();
      await settle();
    },
    get fault() {
      return fault;
    },
  };
}

/** Many in a second in a large fleet. Bounds go by them, so they must be seen at once; and what is in the log survives the deck. */
const isMoney = (draft: EventDraft): boolean => draft.type === "agent.used";

/** What agents say and do in passing. Everything else changes a state that a restart must know. */
function isTalkative(draft: EventDraft): boolean {
  switch (draft.type) {
    case "construct.said":
    case "construct.thought":
    case "construct.tool_called":
    case "construct.tool_returned":
    case "construct.retrying":
    case "agent.unknown":
      return true;
    // What follows from it, a hold or an end, is a change of state of its own, and written behind it.
    case "tripwire.fired":
      return true;
    case "gate.judged":
      return draft.body.decision === "allow";
    default:
      return false;
  }
}
