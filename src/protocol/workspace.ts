import { z } from "zod";
import { shellWords } from "../base/shell-words.ts";
import { inert, oneLine } from "../base/text.ts";
import { count } from "../base/units.ts";

/** Names for people; the first of them where there are many. */
const shown = z.object({ count: z.int().nonnegative(), first: z.array(z.string()) });

/** What stays where it is, and why. */
const left = z.object({
  count: z.int().nonnegative(),
  first: z.array(z.object({ path: z.string(), why: z.string() })),
});

/** A copy of a workspace as it was given to a construct on another machine. */
export const packedSchema = z.object({
  /** What it works on, and the netrunner's own commit below that; null: there is none. */
  commit: z.string(),
  head: z.string().nullable(),
  branch: z.string().nullable(),
  /** Something of it was not committed. */
  is_dirty: z.boolean(),
  /** It goes on from what was brought back of it earlier. */
  is_earlier_result: z.boolean(),
  /** It is there since its session began, with what that has made; nothing was sent. */
  goes_on: z.boolean(),
  bytes: z.int(),
  left,
  submodules: shown,
  filtered: shown,
  links_outside: shown,
  under_way: z.string().nullable(),
});
export type Packed = z.infer<typeof packedSchema>;

/** What came back of it. */
export const returnedSchema = z.discriminatedUnion("how", [
  z.object({
    how: z.literal("branch"),
    branch: z.string(),
    commit: z.string(),
    /** The branch that it was to be; there is something else of that name. */
    instead_of: z.string().nullable(),
    /** What the construct has changed. */
    files: shown,
    merge: z.discriminatedUnion("how", [
      z.object({ how: z.literal("clean") }),
      z.object({ how: z.literal("conflicts"), files: shown }),
      z.object({ how: z.literal("unknown"), why: z.string() }),
    ]),
    /** A patch with the same changes; null: there is none. */
    patch: z.string().nullable(),
    /** It has replaced commits that it was given, so all is in one. */
    is_rewritten: z.boolean(),
    other_branches: shown,
    unfiltered: shown,
    left,
  }),
  z.object({ how: z.literal("nothing"), left }),
  /** It is not what may be taken: nothing of it was. `kept`: where it lies for a look. */
  z.object({ how: z.literal("refused"), why: z.string(), hint: z.string(), kept: z.string().nullable() }),
  /** It could not be had. `later`: it may come when somebody goes on in that copy. */
  z.object({ how: z.literal("lost"), why: z.string(), hint: z.string(), later: z.literal(true).optional() }),
]);
export type Returned = z.infer<typeof returnedSchema>;

/** What came back, in one line. */
export function showReturned(returned: Returned): string {
  return oneLine(inert(textOf(returned)), 600);
}

function textOf(returned: Returned): string {
  switch (returned.how) {
    case "branch": {
      const { branch, files, instead_of: other, left } = returned;
      const instead = other === null ? "" : ` (${other} is something else)`;
      return `branch ${branch}${instead}, ${count(files.count, "file")} changed: ${namesOf(files)}; ${outlookText(returned)}${leftText(left)}`;
    }
    case "nothing":
      return `nothing was changed${leftText(returned.left)}`;
    case "refused":
      return `refused: ${returned.why}${returned.kept === null ? "" : ` (kept in ${returned.kept})`}`;
    case "lost":
      return lostText(returned);
    default:
      return returned satisfies never;
  }
}

/** There is a patch where something was not committed: git merges no branch over that, however well it would fit. */
function outlookText({ merge, patch }: Returned & { how: "branch" }): string {
  const apply = patch === null ? "" : `git apply ${shellWords([patch])}`;
  switch (merge.how) {
    case "clean":
      if (patch === null) return "merges cleanly";
      return `merges cleanly without the uncommitted changes, which it has, too; beside them: ${apply}`;
    case "conflicts":
      return `would conflict in ${namesOf(merge.files)}${patch === null ? "" : `; patch: ${apply}`}`;
    case "unknown":
      return `not known whether it merges: ${merge.why}${patch === null ? "" : `; patch: ${apply}`}`;
    default:
      return merge satisfies never;
  }
}

const lostText = ({ why, hint, later }: Returned & { how: "lost" }): string =>
  `not brought back${later === true ? " yet" : ""}: ${hint === "" ? why : `${why.replace(/[.]$/, "")}. ${hint}`}`;

const mostNamed = 5;

function namesOf({ count: all, first }: z.infer<typeof shown>): string {
  const named = first.slice(0, mostNamed).join(", ");
  return all > mostNamed ? `${named} and ${all - mostNamed} more` : named;
}

const leftText = ({ count: all, first }: z.infer<typeof left>): string =>
  all === 0 ? "" : `; left behind: ${namesOf({ count: all, first: first.map(({ path, why }) => `${path} (${why})`) })}`;
