import { Buffer } from "node:buffer";

/** A file that goes into an archive. */
export interface TarEntry {
  /** With slashes, relative. */
  path: string;
  /** Bytes; exactly so many must follow. */
  size: number;
  /** Milliseconds since the epoch. */
  modifiedAt: number;
}

const block = 512;

/**
 * What stands before the bytes of a file in a tar archive (POSIX ustar). A path that the format has no room for gets an
 * extended header (pax) before it, which all tars of this century read.
 */
export function tarHeader(entry: TarEntry): Buffer {
  const { path, size, modifiedAt } = entry;
  if (isPlain(path) && size <= mostPlainSize) return header({ name: path, size, modifiedAt, type: "0" });
  const records = Buffer.from(paxRecord("path", path) + paxRecord("size", String(size)));
  const name = `file-${records.length}`;
  return Buffer.concat([
    header({ name: `pax/${name}`, size: records.length, modifiedAt, type: "x" }),
    records,
    tarPadding(records.length),
    header({ name, size: Math.min(size, mostPlainSize), modifiedAt, type: "0" }),
  ]);
}

/** What stands behind the bytes of a file of this size. */
export const tarPadding = (size: number): Buffer => Buffer.alloc((block - (size % block)) % block);

/** What ends an archive. */
export const tarEnd = (): Buffer => Buffer.alloc(2 * block);

/** Eleven octal digits. */
const mostPlainSize = 0o77777777777;

const isPlain = (path: string): boolean => /^[\u0020-\u007e]{1,100}$/.test(path);

/** `LENGTH key=value\n`, where the length counts its own digits. */
function paxRecord(key: string, value: string): string {
  const rest = ` ${key}=${value}\n`;
  const bytes = Buffer.byteLength(rest);
  let length = bytes + 1;
  while (bytes + String(length).length !== length) length = bytes + String(length).length;
  return `${length}${rest}`;
}

interface Header {
  name: string;
  size: number;
  modifiedAt: number;
  type: "0" | "x";
}

function header({ name, size, modifiedAt, type }: Header): Buffer {
  const bytes = Buffer.alloc(block);
  const octal = (value: number, at: number, length: number): void => {
    bytes.write(
      `${Math.max(0, Math.floor(value))
        .toString(8)
        .padStart(length - 1, "0")}\0`,
      at,
      "latin1",
    );
  };
  bytes.write(name, 0, 100, "latin1");
  // Read and written by the owner alone, whoever that is where it is unpacked.
  octal(0o600, 100, 8);
  octal(0, 108, 8);
  octal(0, 116, 8);
  octal(size, 124, 12);
  octal(modifiedAt / 1000, 136, 12);
  bytes.write(" ".repeat(8), 148, "latin1");
  bytes.write(type, 156, "latin1");
  bytes.write("ustar\x0000", 257, "latin1");
  const sum = bytes.reduce((total, byte) => total + byte, 0);
  bytes.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return bytes;
}
