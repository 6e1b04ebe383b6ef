import { Fault } from "../../base/fault.ts";
import { checkedOut } from "./checked-out.ts";
import { branchSchema } from "./manifest.ts";
import { type Git, lineOf } from "./sealed-git.ts";

export interface BranchPlace {
  git: Git;
  /** The folder of git that all work trees share. */
  commonFolder: string;
  construct: string;
  commit: string;
}

/** A branch that was made of an earlier result of the same construct. */
export interface EarlierBranch {
  branch: string;
  commit: string;
}

/** `from`: the branch is there, as we have left it, and goes on to this commit; `other`: a name that could be had instead. */
export type BranchFound =
  | { isFree: true; name: string; isThere: boolean; from: string | undefined }
  | { isFree: false; name: string; other: string };

/**
 * The branch for a result, and whether it can be made; one that has this very commit is there already.
 * @param earlier what the construct has brought back before: its branch moves on where the new result builds on that
 */
export async function branchFor(
  place: BranchPlace,
  wanted?: string,
  earlier?: EarlierBranch & { isBuiltOn: boolean },
): Promise<BranchFound> {
  const { construct, commit } = place;
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/i.test(construct)) throw badName(construct);
  const name = wanted ?? `cyberdeck/${construct}`;
  const named = branchSchema.safeParse(name);
  if (!named.success) throw badName(name);
  const refs = await branches(place.git);
  if (refs.get(name) === commit) return { isFree: true, name, isThere: true, from: undefined };
  // The last look: what is checked out after it, and before the branch is there, would be moved under its work tree.
  const inUse = await checkedOut(place.git, place.commonFolder);
  const mayBeMade = (one: string): boolean => isFree(one, refs) && !inUse.has(one);
  if (mayBeMade(name)) return { isFree: true, name, isThere: false, from: undefined };
  // Nobody has moved it since, and nobody's work tree stands on it.
  const isOurs = earlier?.branch === name && refs.get(name) === earlier.commit && !inUse.has(name);
  if (isOurs && earlier.isBuiltOn) return { isFree: true, name, isThere: false, from: earlier.commit };
  // Where a branch has the name of the folder, a name beside it is as good.
  const stems = [`cyberdeck/${construct}`, `cyberdeck-${construct}`];
  for (let n = 2; ; n += 1)
    for (const stem of stems) if (mayBeMade(`${stem}-${n}`)) return { isFree: false, name, other: `${stem}-${n}` };
}

/**
 * Makes a branch, or moves it on. False where git would not: somebody was faster.
 * @param from where it is now; left out: it is not there
 */
export async function makeBranch({ git, construct, commit }: BranchPlace, name: string, from = ""): Promise<boolean> {
  const { code } = await git(
    ["update-ref", "--create-reflog", "-m", `cyberdeck: result of ${construct}`, `refs/heads/${name}`, commit, from],
    { codes: [0, 1, 128] },
  );
  if (code === 0) return true;
  const there = await git(["rev-parse", "--verify", "--quiet", `refs/heads/${name}`], { codes: [0, 1] });
  return there.code === 0 && lineOf(there) === commit;
}

/** All branches, and the commit of each. */
async function branches(git: Git): Promise<Map<string, string>> {
  const { out } = await git(["for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads"]);
  const refs = new Map<string, string>();
  for (const line of out.toString("utf8").split("\n")) {
    const [, id, name] = /^([0-9a-f]+) (.+)$/.exec(line) ?? [];
    if (id !== undefined && name !== undefined) refs.set(name, id);
  }
  return refs;
}

/** Neither it, nor a folder of its name, nor a branch of the name of one of its folders is there. Case may not count on this disk. */
function isFree(name: string, refs: ReadonlyMap<string, string>): boolean {
  const own = name.toLowerCase();
  return [...refs.keys()].every((ref) => {
    const other = ref.toLowerCase();
    return other === "" || (other !== own && !other.startsWith(`${own}/`) && !own.startsWith(`${other}/`));
  });
}

const badName = (name: string): Fault =>
  new Fault("usage", "result.bad_branch", `no branch can be called after ${JSON.stringify(name)}`, {
    hint: "Choose a name of letters, digits, dashes and slashes.",
  });
