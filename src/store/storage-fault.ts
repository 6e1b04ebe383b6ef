import { errnoOf, Fault, messageOf } from "../base/fault.ts";

/** Any failure of disk or database as a `Fault` of kind storage that says what to do. A fault stays as it is. */
export function storageFault(error: unknown, what: string, path: string): Fault {
  if (error instanceof Fault) return error;
  const known = nameOf(error);
  const { code, text, hint } = known === undefined ? { ...other, text: messageOf(error) } : troubles[known];
  return new Fault("storage", code, `${what} ${path}: ${text}`, { facts: { path }, hint, cause: error });
}

type Trouble = keyof typeof troubles;

const troubles = {
  full: {
    code: "storage.full",
    text: "the disk is full",
    hint: "Free some space on that disk, then resume the run; what was recorded before is safe.",
  },
  readOnly: {
    code: "storage.read_only",
    text: "it may not be written",
    hint: "Give your user the right to write there, or name another folder with --home.",
  },
  damaged: {
    code: "storage.damaged",
    text: "it is damaged, or not a database",
    hint: "Move it aside to start afresh; the events of each run are also in runs/<run>/events.ndjson.",
  },
  locked: {
    code: "storage.locked",
    text: "another program keeps it locked",
    hint: "Close whatever has that database open for writing (a database browser, a backup), then try again.",
  },
  unreachable: {
    code: "storage.unreachable",
    text: "it cannot be opened",
    hint: "Check that the folder exists and that your user may read and write it, or name another one with --home.",
  },
} as const;

const other = { code: "storage.failed", hint: "Check the disk and the rights of that folder, then try again." };

/** The primary result codes of SQLite (https://www.sqlite.org/rescode.html); the extended ones hold them in their low byte. */
const sqliteTroubles: Record<number, Trouble> = {
  3: "readOnly", // SQLITE_PERM
  5: "locked", // SQLITE_BUSY
  6: "locked", // SQLITE_LOCKED
  8: "readOnly", // SQLITE_READONLY
  11: "damaged", // SQLITE_CORRUPT
  13: "full", // SQLITE_FULL
  14: "unreachable", // SQLITE_CANTOPEN
  26: "damaged", // SQLITE_NOTADB
};

const systemTroubles: Record<string, Trouble> = {
  ENOSPC: "full",
  EDQUOT: "full",
  EROFS: "readOnly",
  EACCES: "readOnly",
  EPERM: "readOnly",
  ENOTDIR: "unreachable",
  ENOENT: "unreachable",
  EEXIST: "unreachable",
};

function nameOf(error: unknown): Trouble | undefined {
  if (error instanceof Error && "errcode" in error && typeof error.errcode === "number")
    return sqliteTroubles[error.errcode & 0xff];
  const errno = errnoOf(error);
  return errno === undefined ? undefined : systemTroubles[errno];
}
