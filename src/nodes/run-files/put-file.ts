import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { link, open, rename, rm } from "node:fs/promises";
import { basename, join } from "node:path";
import { errnoOf } from "../../base/fault.ts";
import { sha256Of } from "./hash.ts";
import { inFolderOf, left } from "./same-folder.ts";

/** Gives the bytes of a file from the first one. */
export type Content = () => AsyncIterable<Buffer>;

/** `same`: it was there already. `conflict`: something else was there that must not be replaced; nothing has changed. */
export type Put = "put" | "same" | "conflict";

/**
 * Puts a file below a folder: whole or not at all, and never through a link. Rejects where its bytes are not the ones that were promised,
 * or it cannot be there.
 * @param mayReplace asked with the hash of what is there
 * @param stillWanted throws where nobody may put it there any more; asked at the last moment
 */
export async function putFile(
  root: string,
  { name, sha256 }: { name: string; sha256: string },
  content: Content,
  mayReplace: (current: string) => boolean,
  stillWanted: () => void = () => undefined,
): Promise<Put> {
  const current = await currentOf(root, name);
  if (current === sha256) return "same";
  if (current !== null && !mayReplace(current)) return "conflict";
  return inFolderOf(root, name, async (folder) => {
    const draft = join(folder, `.cyberdeck-${randomBytes(6).toString("hex")}.tmp`);
    const target = join(folder, basename(name));
    try {
      if ((await writeDraft(draft, content)) !== sha256) throw left("it is not what was said of it");
      stillWanted();
      if (current !== null) await rename(draft, target);
      // Unlike a renaming, it replaces nothing that has come meanwhile.
      else await link(draft, target);
      return "put";
    } catch (error) {
      if (errnoOf(error) === "EEXIST") return "conflict";
      throw error;
    } finally {
      await rm(draft, { force: true });
    }
  });
}

/** The hash of what is there; null: nothing. */
async function currentOf(root: string, name: string): Promise<string | null> {
  try {
    return (await sha256Of(root, name)).sha256;
  } catch (error) {
    if (errnoOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** Gives the hash of what it has written, which is on the disk then. */
async function writeDraft(path: string, content: Content): Promise<string> {
  const { O_CREAT, O_EXCL, O_NOFOLLOW, O_WRONLY } = constants;
  await using file = await open(path, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0o644);
  const hash = createHash("sha256");
  for await (const bytes of content()) {
    hash.update(bytes);
    await file.write(bytes);
  }
  await file.sync();
  return hash.digest("hex");
}
