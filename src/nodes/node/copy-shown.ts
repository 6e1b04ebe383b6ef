import { createHash } from "node:crypto";
import { realpath } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { runFileBounds } from "../run-files/bounds.ts";
import { bytesOf, sha256Of } from "../run-files/hash.ts";
import { tooLarge } from "../run-files/look.ts";
import { shownFolder, whyNotName } from "../run-files/names.ts";
import { putFile } from "../run-files/put-file.ts";
import { left, openBelow } from "../run-files/same-folder.ts";

/**
 * Copies a file that a construct shows into the folder of its run, so that it travels with that. The same file has the same place there
 * each time.
 * @param path its real path
 * @returns the path of the copy
 */
export async function copyShown(path: string, runFolder: string, session: string): Promise<string> {
  const place = createHash("sha256").update(path).digest("hex").slice(0, 8);
  const name = `${shownFolder}/${session}/${place}/${basename(path)}`;
  const why = whyNotName(name);
  if (why !== undefined) throw left(why);
  const { file, bytes } = await openBelow(dirname(path), basename(path));
  try {
    if (bytes > runFileBounds.fileBytes) throw left(tooLarge(bytes, runFileBounds.fileBytes));
    const { sha256 } = await sha256Of(dirname(path), basename(path));
    await putFile(
      await realpath(runFolder),
      { name, sha256 },
      () => contentOf(file),
      () => true,
    );
    return join(runFolder, name);
  } finally {
    await file.close();
  }
}

async function* contentOf(file: Awaited<ReturnType<typeof openBelow>>["file"]): AsyncGenerator<Buffer> {
  for await (const chunk of file.createReadStream({ autoClose: false, start: 0 })) yield bytesOf(chunk);
}
