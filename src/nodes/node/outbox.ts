import { writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { errnoOf, Fault } from "../../base/fault.ts";
import { storageFault } from "../../store/storage-fault.ts";
import type { Numbered } from "../numbered.ts";
import { addressSchema, sayingSchema, type Address, type Saying } from "../wire/letters.ts";

/** What a node has said and its host has not acknowledged, on disk: it outlives links, hosts and the node itself. */
export interface Outbox {
  /** Keeps what is said, all of it or nothing. Throws a storage fault: then it must not be sent. */
  keep(letters: readonly Letter[]): void;
  /** Throws a storage fault when nothing could be kept now. What is in it stays as it is. */
  tryOut(): void;
  /** The host has taken a conversation up to this number: so far, it is forgotten. */
  taken(to: Address, upTo: number): void;
  /**
   * What is left of a conversation, in order, at most so many, and only what comes after this number. Throws a fault of the code
   * `unreadableCode` where any of that is none of our words: such as after another version of us has written it, or when it is damaged.
   */
  left(to: Address, most?: number, after?: number): Numbered<Saying>[];
  /** The conversations of which anything is left, and the last number of each. */
  conversations(): { to: Address; last: number }[];
  /** Nobody will ever take what is left of it. Gives how much that was. */
  forget(to: Address): number;
  /** Bytes of what is kept, nearly. */
  readonly bytes: number;
  close(): void;
}

export interface Letter extends Numbered<Saying> {
  to: Address;
}

/** Opens the outbox in this file, or makes it; only its owner may read it. */
export function openOutbox(path: string): Outbox {
  const database = guarded("could not open the outbox", path, () => opened(path));
  const add = database.prepare("INSERT INTO letters (session, epoch, boot, n, body) VALUES (?, ?, ?, ?, ?)");
  const drop = database.prepare("DELETE FROM letters WHERE session = ? AND epoch = ? AND boot = ? AND n <= ?");
  const some = database.prepare(
    "SELECT n, body FROM letters WHERE session = ? AND epoch = ? AND boot = ? AND n > ? ORDER BY n LIMIT ?",
  );
  const all = database.prepare(
    "SELECT session, epoch, boot, max(n) AS last FROM letters GROUP BY session, epoch, boot ORDER BY min(rowid)",
  );
  const size = database.prepare("SELECT coalesce(sum(length(body)), 0) AS bytes FROM letters");
  const write = <T>(work: () => T): T => guarded("could not write to the outbox", path, work);
  const read = <T>(work: () => T): T => guarded("could not read the outbox", path, work);
  /** All of it or nothing. */
  const together = (work: () => void): void =>
    write(() => {
      database.exec("BEGIN");
      try {
        work();
        database.exec("COMMIT");
      } catch (error) {
        if (database.isTransaction) database.exec("ROLLBACK");
        throw error;
      }
    });
  return {
    keep: (letters) =>
      together(() => {
        for (const { to, n, body } of letters) add.run(to.session, to.epoch, to.boot, n, JSON.stringify(body));
      }),
    tryOut: () =>
      together(() => {
        // No conversation is of the epoch 0.
        add.run("", 0, "", 0, "");
        drop.run("", 0, "", 0);
      }),
    taken: ({ session, epoch, boot }, upTo) => write(() => void drop.run(session, epoch, boot, upTo)),
    left: (to, most = -1, after = 0) =>
      read(() => some.all(to.session, to.epoch, to.boot, after, most)).map(({ n, body }) => ({
        n: Number(n),
        body: readRow(to, Number(n), String(body)),
      })),
    // Who reads what is left of one hears whether its address is one of ours.
    conversations: () =>
      read(() => all.all()).map(({ session, epoch, boot, last }) => ({
        to: { session: String(session), epoch: Number(epoch), boot: String(boot) },
        last: Number(last),
      })),
    forget: ({ session, epoch, boot }) =>
      write(() => Number(drop.run(session, epoch, boot, Number.MAX_SAFE_INTEGER).changes)),
    get bytes() {
      return Number(size.get()?.["bytes"] ?? 0);
    },
    close: () => database.close(),
  };
}

/** The code of the fault of a conversation that cannot be read any more, as long as it is there. */
export const unreadableCode = "node.outbox_unreadable";

function readRow(to: Address, n: number, body: string): Saying {
  try {
    addressSchema.parse(to);
    return sayingSchema.parse(JSON.parse(body));
  } catch (error) {
    throw new Fault(
      "storage",
      unreadableCode,
      `what ${to.session} had still to say cannot be read (number ${n}), so it is forgotten`,
      {
        facts: { ...to, n },
        hint: "Its host has given it up, or will.",
        cause: error,
      },
    );
  }
}

function opened(path: string): DatabaseSync {
  try {
    // What agents say may hold secrets.
    writeFileSync(path, "", { flag: "wx", mode: 0o600 });
  } catch (error) {
    if (errnoOf(error) !== "EEXIST") throw error;
  }
  const database = new DatabaseSync(path, { timeout: 2000 });
  try {
    database.exec(`
      PRAGMA journal_mode = WAL;
      CREATE TABLE IF NOT EXISTS letters (
        session TEXT    NOT NULL,
        epoch   INTEGER NOT NULL,
        boot    TEXT    NOT NULL,
        n       INTEGER NOT NULL,
        body    TEXT    NOT NULL,
        PRIMARY KEY (session, epoch, boot, n)
      ) STRICT;
    `);
    return database;
  } catch (error) {
    database.close();
    throw error;
  }
}

function guarded<T>(what: string, path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw storageFault(error, what, path);
  }
}
