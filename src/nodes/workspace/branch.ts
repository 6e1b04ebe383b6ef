import { Fault } from "../../base/fault.ts";
import { branchSchema } from "./manifest.ts";
import { type Git, lineOf } from "./sealed-git.ts";

export interface BranchPlace {
  git: Git;
  construct: string;
  commit: string;
}

/** `other`: a name that could be had instead. */
export type BranchFound =
  | { isFree: true; name: string; isThere: boolean }
  | { isFree: false; name: string; other: string };

/** The branch for a result, and whether it can be made; one that has this very commit is there already. */
export async function branchFor(place: BranchPlace, wanted?: string): Promise<BranchFound> {
  const { construct, commit } = place;
  if (!/^[a-z0-9][a-z0-9-]{0,63}$/i.test(construct)) throw badName(construct);
  const name = wanted ?? `cyberdeck/${construct}`;
  const named = branchSchema.safeParse(name);
  if (!named.success) throw badName(name);
  const refs = await branches(place.git);
  if (refs.get(name) === commit) return { isFree: true, name, isThere: true };
  if (isFree(name, refs)) return { isFree: true, name, isThere: false };
  // Where a branch has the name of the folder, a name beside it is as good.
  const stems = [`cyberdeck/${construct}`, `cyberdeck-${construct}`];
  for (let n = 2; ; n += 1)
    for (const stem of stems) if (isFree(`${stem}-${n}`, refs)) return { isFree: false, name, other: `${stem}-${n}` };
}

/** False where git would not: somebody was faster. */
export async function makeBranch({ git, construct, commit }: BranchPlace, name: string): Promise<boolean> {
  const { code } = await git(
    ["update-ref", "--create-reflog", "-m", `cyberdeck: result of ${construct}`, `refs/heads/${name}`, commit, ""],
    { codes: [0, 1, 128] },
  );
  if (code === 0) return true;
  const there = await git(["rev-parse", "--verify", "--quiet", `refs/heads/${name}`], { codes: [0, 1] });
  return there.code === 0 && lineOf(there) === commit;
}

async function branches(git: Git): Promise<Map<string, string>> {
  const { out } = await git(["for-each-ref", "--format=%(objectname) %(refname:lstrip=2)", "refs/heads"]);
  const lines = out.toString("utf8").split("\n");
  return new Map(lines.map((line) => [line.slice(line.indexOf(" ") + 1), line.slice(0, line.indexOf(" "))] as const));
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
