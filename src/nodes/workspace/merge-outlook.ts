import { namesOf, shownName } from "./file-names.ts";
import { firstOf, type Shown } from "./manifest.ts";
import type { PrivateRepository } from "./private-repository.ts";

/** What a merge would be. It is only tried in a repository of our own: nothing is merged. */
export type MergeOutlook =
  | { how: "clean" }
  | { how: "conflicts"; files: Shown }
  /** `why`: the git here is too old for it, or there is nothing to merge with. */
  | { how: "unknown"; why: string };

export async function mergeOutlook(own: PrivateRepository, into: string | null, commit: string): Promise<MergeOutlook> {
  if (into === null) return { how: "unknown", why: "there is no commit here yet to merge it into" };
  const tried = await own.git(["merge-tree", "--write-tree", "--name-only", "--no-messages", "-z", into, commit], {
    codes: [0, 1, 128, 129],
  });
  if (tried.code === 0) return { how: "clean" };
  if (tried.code === 129) return { how: "unknown", why: "the git here cannot say; 2.38 or newer can" };
  if (tried.code !== 1) return { how: "unknown", why: tried.said === "" ? "git did not say" : tried.said };
  // The first is the tree.
  const names = namesOf(tried.out).slice(1);
  return { how: "conflicts", files: firstOf([...new Set(names)].map(shownName)) };
}
