import { type FileName, leadsOut, shownName } from "./file-names.ts";
import type { PrivateRepository } from "./private-repository.ts";
import { refused } from "./result-refused.ts";

export interface Link {
  name: FileName;
  /** The object that says where it leads. */
  id: string;
}

/** Refuses a result with a link that leads out of the repository. There may be many, so that no link has a run of git of its own. */
export async function checkLinks(own: PrivateRepository, links: readonly Link[]): Promise<void> {
  const ids = [...new Set(links.map(({ id }) => id))];
  const targets = new Map<string, string>();
  for (let at = 0; at < ids.length; at += atOnce)
    for (const [id, target] of await targetsOf(own, ids.slice(at, at + atOnce))) targets.set(id, target);
  for (const { name, id } of links) {
    const target = targets.get(id);
    if (target === undefined) throw refused(`the link ${shownName(name)} says nothing that a link can say`);
    if (leadsOut(name, target))
      throw refused(
        `the link ${shownName(name)} leads out of the repository`,
        "Nothing was changed here. Have the construct commit without that link; on the node its files are still there.",
      );
  }
}

/** The longest that a link can say on Linux, bytes (PATH_MAX); so many of that length fit into one answer of git. */
const mostTargetBytes = 4096;
const atOnce = 10_000;

/** Where these lead; what is too long for a link, or no file's content, is left out. */
async function targetsOf(own: PrivateRepository, ids: readonly string[]): Promise<Map<string, string>> {
  // Their sizes first: however small a bundle is, its objects may be of any size.
  const { out: sizes } = await own.git(["cat-file", "--batch-check=%(objectname) %(objecttype) %(objectsize)"], {
    input: linesOf(ids),
  });
  const short = sizes
    .toString("latin1")
    .split("\n")
    .map((line) => /^([0-9a-f]+) blob (\d+)$/.exec(line))
    .flatMap((found) => (found !== null && Number(found[2]) <= mostTargetBytes ? [found] : []))
    .map(([, id = "", size]) => ({ id, bytes: Number(size) }));
  const { out } = await own.git(["cat-file", "--batch=%(objectname)"], { input: linesOf(short.map(({ id }) => id)) });
  const targets = new Map<string, string>();
  let at = 0;
  for (const { id, bytes } of short) {
    at += id.length + 1;
    targets.set(id, out.toString("latin1", at, at + bytes));
    // A line feed ends each.
    at += bytes + 1;
  }
  return targets;
}

const linesOf = (ids: readonly string[]): string => ids.map((id) => `${id}\n`).join("");
