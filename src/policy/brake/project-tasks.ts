import type { PlainKind } from "./effect.ts";

/**
 * What the names of tasks say that they would do beyond the project, where they say so: to the world, or to a database.
 * @param words names as `npm run`, `make`, `rake`, `gradle` and their kin take them
 */
export function taskEffect(words: readonly string[]): Extract<PlainKind, "publish" | "database-mutation"> | undefined {
  // What is made here is a file for a later change.
  if (/^(?:make|generate|g):?/.test(words[0] ?? "") && /^(?:make:|generate$|g$)/.test(words[0] ?? "")) return undefined;
  const names = words.filter((word) => !/^-|[/=]/.test(word));
  if (names.some((name) => outward.test(name) || outwardInCamelCase.test(name))) return "publish";
  const all = `:${names.join(":")}:`;
  return (empties.test(all) && database.test(all)) || /:(?:reset_db|sqlflush|droptables|flushdb):/i.test(all)
    ? "database-mutation"
    : undefined;
}

const outward = /^(?:.*[:._-])?(?:un)?(?:publish|deploy|release|upload|destroy)(?:[:._-].*)?$/i;

const outwardInCamelCase = /^:?(?:[\w-]+:)*(?:publish|upload|deploy|release|closeAndRelease)(?:[A-Z]\w*)?$/;

const empties = /[:._-](?:drop|reset|wipe|flush|truncate|purge|fresh|nuke|rollback|downgrade|undo|revert)(?=[:._-])/i;

const database = /[:._-](?:db|database|ecto|migrate|migrations?|schema|sql|prisma|tables?)(?=[:._-])/i;
