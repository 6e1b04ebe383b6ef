import type { Writable } from "node:stream";
import { Fault } from "../../base/fault.ts";
import { showBytes } from "../../base/units.ts";
import { writeMeasured } from "./measured-file.ts";
import type { PrivateRepository } from "./private-repository.ts";

/** A patch that could not be written is told; the branch is made all the same. */
export type PatchWritten = { isWritten: true; path: string; bytes: number } | { isWritten: false; why: string };

/** Writes what lies between two commits as a patch that `git apply` takes. The file must not be there. */
export async function writePatch(
  own: PrivateRepository,
  { from, to, path, mostBytes }: { from: string; to: string; path: string; mostBytes: number },
): Promise<PatchWritten> {
  const args = ["diff-tree", "-p", "--binary", "--full-index", "--no-renames", "--no-ext-diff", "--no-textconv"];
  try {
    const put = (sink: Writable): Promise<unknown> => own.git([...args, from, to], { sink });
    const { bytes } = await writeMeasured(path, mostBytes, () => tooLarge(mostBytes), put);
    return { isWritten: true, path, bytes };
  } catch (error) {
    if (error instanceof Fault) return { isWritten: false, why: error.message };
    throw error;
  }
}

const tooLarge = (most: number): Fault =>
  new Fault("refused", "patch.too_large", `the patch would be larger than ${showBytes(most)}`, {
    hint: "The branch has everything.",
  });
