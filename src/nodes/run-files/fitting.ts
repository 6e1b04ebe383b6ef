import type { RunFileBounds } from "./bounds.ts";
import type { LeftFile } from "./look.ts";

/** What of these files fits into one journey, in their order; the others are left behind for now. Pure. */
export function fitting<T extends { name: string; bytes: number }>(
  files: readonly T[],
  bounds: RunFileBounds,
): { files: T[]; left: LeftFile[] } {
  const taken: T[] = [];
  const left: LeftFile[] = [];
  let bytes = 0;
  let names = 0;
  for (const file of files) {
    const length = Buffer.byteLength(file.name);
    const isFull =
      taken.length >= bounds.files || bytes + file.bytes > bounds.allBytes || names + length > bounds.nameBytes;
    if (isFull) {
      left.push({ name: file.name, why: "there is too much at once" });
      continue;
    }
    taken.push(file);
    bytes += file.bytes;
    names += length;
  }
  return { files: taken, left };
}
