import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { open } from "node:fs/promises";
import { pipeline } from "node:stream/promises";
import { Fault } from "../../base/fault.ts";
import { showBytes } from "../../base/units.ts";
import { writeMeasured, type Written } from "./measured-file.ts";
import type { PrivateRepository } from "./private-repository.ts";
import type { Git } from "./sealed-git.ts";

/** Writes a bundle of a reference, without what is reachable from `not`. The file must not be there; after a fault it is not. */
export function writeBundle(
  repository: PrivateRepository,
  wish: { ref: string; not: readonly string[]; outFile: string; mostBytes: number },
): Promise<Written> {
  const exclusions = wish.not.map((id) => `^${id}`);
  return writeMeasured(
    wish.outFile,
    wish.mostBytes,
    () => tooLarge(wish.mostBytes),
    (sink) => repository.git(["bundle", "create", "--quiet", "-", wish.ref, ...exclusions], { sink }),
  );
}

/** The head of a bundle: what it needs, and what it brings. */
export interface BundleHead {
  format: "sha1" | "sha256";
  /** Commits that must be there before it can be taken. */
  needs: string[];
  brings: { id: string; ref: string }[];
  /** Where its objects begin, bytes. */
  at: number;
}

/** Checks that a file is the bundle that its manifest tells of, and reads its head. */
export async function readBundle(path: string, told: Written, mostBytes: number): Promise<BundleHead> {
  if (told.bytes > mostBytes) throw tooLarge(mostBytes);
  const hash = createHash("sha256");
  let bytes = 0;
  await pipeline(createReadStream(path), async (chunks: AsyncIterable<Buffer>) => {
    for await (const chunk of chunks) {
      bytes += chunk.length;
      if (bytes > told.bytes) break;
      hash.update(chunk);
    }
  });
  if (bytes !== told.bytes || hash.digest("hex") !== told.sha256) throw notTold();
  return parseHead(await firstBytes(path, mostHeadBytes));
}

/** Takes the objects of a bundle into a repository. `isStrict`: none that git itself would not make. */
export async function takeObjects(
  git: Git,
  path: string,
  head: BundleHead,
  { mostBytes, isStrict }: { mostBytes: number; isStrict: boolean },
): Promise<void> {
  const strict = isStrict ? ["--strict"] : [];
  await git(["index-pack", "--stdin", "--fix-thin", `--max-input-size=${mostBytes}`, ...strict], {
    input: createReadStream(path, { start: head.at }),
  });
}

/** A head has a line for each commit that it needs. */
const mostHeadBytes = 2 ** 20;

function parseHead(bytes: Buffer): BundleHead {
  const end = bytes.indexOf("\n\n");
  const [signature, ...lines] = bytes
    .subarray(0, end === -1 ? 0 : end)
    .toString("utf8")
    .split("\n");
  if (signature !== "# v2 git bundle" && signature !== "# v3 git bundle") throw notABundle("its first line is another");
  const head: BundleHead = { format: "sha1", needs: [], brings: [], at: end + 2 };
  for (const line of lines) {
    const needs = /^-([0-9a-f]{40}|[0-9a-f]{64})(?: |$)/.exec(line)?.[1];
    const [, id, ref] = /^([0-9a-f]{40}|[0-9a-f]{64}) (refs\/[^\0 ]{1,500})$/.exec(line) ?? [];
    if (line === "@object-format=sha256" && signature === "# v3 git bundle") head.format = "sha256";
    else if (line === "@object-format=sha1" && signature === "# v3 git bundle") head.format = "sha1";
    else if (needs !== undefined) head.needs.push(needs);
    else if (id !== undefined && ref !== undefined) head.brings.push({ id, ref });
    else throw notABundle("a line of its head is none that is known");
  }
  if (bytes.subarray(head.at, head.at + 4).toString("latin1") !== "PACK") throw notABundle("it has no objects");
  return head;
}

async function firstBytes(path: string, most: number): Promise<Buffer> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(most), 0, most, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

const tooLarge = (most: number): Fault =>
  new Fault("refused", "workspace.too_large", `the bundle is larger than ${showBytes(most)}`, {
    facts: { most },
    hint: "Ignore large files that are not needed (.gitignore), take less of the history, or use a shared path.",
  });

const notTold = (): Fault =>
  new Fault("refused", "workspace.damaged", "the bundle is not the one that its manifest tells of", {
    hint: "It was cut off, damaged or exchanged on the way. Have it sent again.",
  });

const notABundle = (why: string): Fault =>
  new Fault("refused", "workspace.not_a_bundle", `this is not a bundle that can be taken: ${why}`, {
    hint: "Have it made again by this version of the deck.",
  });
