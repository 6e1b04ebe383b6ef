import { mkdir, open, rename, rm } from "node:fs/promises";
import { dirname, isAbsolute, join, relative, sep } from "node:path";

/** Writes a file so that a reader sees the old text or the new one, never a part: temporary file, sync, rename. */
export async function writeWhole(path: string, text: string, mode = 0o666): Promise<void> {
  // Loading it takes 5 ms, and most commands never write.
  const { randomBytes } = await import("node:crypto");
  await mkdir(dirname(path), { recursive: true });
  const draft = join(dirname(path), `.${randomBytes(4).toString("hex")}.tmp`);
  try {
    const file = await open(draft, "wx", mode);
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(draft, path);
  } catch (error) {
    await rm(draft, { force: true });
    throw error;
  }
}

/** Whether `path` is `folder` or lies below it. Both must be absolute and normalised; links are not looked at. */
export function isWithin(path: string, folder: string): boolean {
  const way = relative(folder, path);
  return way === "" || (way !== ".." && !way.startsWith(`..${sep}`) && !isAbsolute(way));
}
