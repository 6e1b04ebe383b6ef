import { type FileName, listOf, namesOf } from "./file-names.ts";
import type { PrivateRepository } from "./private-repository.ts";
import type { Repository } from "./repository.ts";

/** The filters that the netrunner has set up, such as that of Git LFS: what is committed is what they make of a file. */
export function definedFilters({ settings }: Repository): Set<string> {
  const names = [...settings.keys()].map((key) => /^filter\.(.*)\.(?:clean|process)$/s.exec(key)?.[1]);
  return new Set(names.filter((name) => name !== undefined));
}

/** Those of the files that are under one of these filters, by the attributes in the work tree or, with `isCached`, in the index. */
export async function underFilters(
  repository: PrivateRepository,
  filters: ReadonlySet<string>,
  names: readonly FileName[],
  { isCached = false } = {},
): Promise<Set<FileName>> {
  const found = new Set<FileName>();
  if (filters.size === 0) return found;
  const cached = isCached ? ["--cached"] : [];
  const { out } = await repository.git(["check-attr", "-z", "--stdin", ...cached, "filter"], { input: listOf(names) });
  const fields = namesOf(out);
  for (let at = 0; at + 2 < fields.length; at += 3) if (filters.has(fields[at + 2] ?? "")) found.add(fields[at] ?? "");
  return found;
}
