import { textsIn } from "../input.ts";
import type { CallObservation } from "../observation.ts";
import type { Tripwire } from "../tripwire.ts";

/** SQL that destroys data, in a call that would run it. Files and searches that only contain such SQL are left alone. */
export const destructiveSql: Tripwire = {
  name: "destructive-sql",
  severity: "warning",
  watches: ["call"],
  message:
    "This call would destroy data in a database (a dropped or emptied table, or a change of all of its rows). " +
    "Name the rows with a WHERE clause, or leave it to the netrunner.",
  check(observation) {
    if (observation.kind !== "call") return undefined;
    for (const text of sqlOf(observation)) {
      // Both ways: what is a comment in SQL may be an option of a shell line, and hide what follows.
      for (const plain of [text, text.replace(comment, " ")].map((way) => way.replace(/\s+/g, " ")))
        for (const pattern of destructive) {
          const match = pattern.exec(plain);
          if (match !== null) return { found: match[0] };
        }
    }
    return undefined;
  },
};

/** The texts of a call that a database would run. */
function sqlOf({ tool, input }: CallObservation): string[] {
  if (passive.has(tool)) return [];
  const { texts } = textsIn(input);
  if (shells.has(tool))
    return texts.filter(({ key, text }) => key === "command" && client.test(text)).map(({ text }) => text);
  return texts.filter(({ key }) => sqlField.test(key)).map(({ text }) => text);
}

const shells: ReadonlySet<string> = new Set(["Bash", "PowerShell"]);

/** Tools that run nothing: SQL in their input is text. */
const passive: ReadonlySet<string> = new Set([
  "Read",
  "Write",
  "Edit",
  "MultiEdit",
  "NotebookEdit",
  "Grep",
  "Glob",
  "TodoWrite",
  "WebSearch",
  "WebFetch",
  "Task",
  "Agent",
]);

/** What brings SQL from a shell line to a database: a client in command position, or a program text that executes it. */
const client =
  /(?:^|[\s;&|(/'"`])(?:psql|mysql|mariadb|sqlite3?|sqlcmd|duckdb|clickhouse(?:-client)?|cockroach|usql|pgcli|mycli|litecli|sqlplus|snowsql|bq|isql|osql|Invoke-Sqlcmd|(?:wrangler|supabase|prisma) db|prisma)(?=[\s"'`;|<]|$)|\b(?:execute(?:script|many|_sql)?|query|exec|prepare|\$executeRawUnsafe)\s{0,2}\(/i;

const sqlField = /sql|query|queries|statement|command|script/i;

/** A comment may stand where a space does: `DROP/**\/TABLE`. */
const comment = /\/\*[^*]{0,500}\*\/|--[ \t][^\n]*/g;

const name = String.raw`(?:only )?[\w.$"\x60[\]]{1,160}`;

const destructive: readonly RegExp[] = [
  /\bdrop (?:table|database|schema|keyspace|tablespace)\b[^;]{0,60}/i,
  /\btruncate (?:table )?(?:only )?["\x60[]?[a-z_][\w.$"\x60\]]{0,160}(?= ?(?:;|,|["']|$|cascade|restart))/i,
  new RegExp(String.raw`\bdelete from ${name}(?: ?(?:;|["')]|$)| (?:as )?\w{1,30} ?(?:;|["')]|$))`, "i"),
  new RegExp(String.raw`\bdelete from ${name} where (?:1 ?= ?1|true|not false|0 ?= ?0|1)(?: ?(?:;|["')]|$))`, "i"),
  new RegExp(String.raw`\bupdate ${name} set (?:(?! where ).){1,400}?(?: where (?:1 ?= ?1|true|1))? ?;`, "i"),
];
