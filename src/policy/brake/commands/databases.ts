import type { Argument } from "../../shell/argument.ts";
import { reads, spelled, split, table, unknown, writes, type Handler, type Run } from "../run.ts";
import { destroysNothing, onlyLooks } from "../sql.ts";

/** Database clients: statements that look are open. */
export const databaseCommands: [string, Handler][] = [
  ...table("psql mysql mariadb sqlcmd sqlite3 clickhouse-client duckdb cockroach usql sqlplus bcp isql", sql),
  ...table("redis-cli valkey-cli", redis),
  ...table("mongosh mongo", mongo),
  ...table("dropdb dropuser createdb createuser mysqladmin mongorestore pg_restore liquibase flyway", (run) =>
    run.emit({
      kind:
        run.name === "createdb" || /^(?:info|status|validate|history)$/.test(run.args[0]?.text ?? "")
          ? "look-remote"
          : "database-mutation",
      what: spelled(run),
    }),
  ),
  ...table("pg_dump mysqldump mongodump pg_isready pg_dumpall mongoexport", dump),
  ...table("prisma drizzle-kit knex sequelize typeorm alembic rails django-admin", migration),
];

function sql(run: Run): void {
  const code = run.name === "psql" ? "-c --command" : "-c --command -e --execute -Q -q --query";
  const { options, operands } = split(
    run.args,
    `${code} -d -h -U -p -P -u -f -o -S --host --port --username --dbname --database --user --file -L -v -F`,
  );
  const given = options
    .filter((option) => code.split(" ").includes(option.name) && option.value !== undefined)
    .flatMap((option) => option.value ?? []);
  const inline = run.name === "sqlite3" || run.name === "duckdb" ? operands.slice(1) : [];
  const attached = run.args
    .filter((arg) => /^-[ceQ]./.test(arg.text) && !arg.text.startsWith("--"))
    .map((arg) => ({ ...arg, text: arg.text.slice(2) }));
  const statements: Argument[] = [...given, ...inline, ...attached.filter((arg) => /\s/.test(arg.text))];
  const host = options.find((option) => /^(?:-h|--host)$/.test(option.name))?.value?.text ?? "localhost";
  const local =
    /^(?:localhost|127\.0\.0\.1|::1|\/.*|db|postgres|mysql)$/.test(host) &&
    operands.every((arg) => !/:\/\/(?!(?:[^@/]*@)?(?:localhost|127\.0\.0\.1)\b)/.test(arg.text));
  // Rows and tables may be added to a database on this machine; whatever is kept in it stays.
  const harmless = local ? destroysNothing : onlyLooks;
  const output = options.find((option) => /^(?:-o|--output)$/.test(option.name))?.value;
  if (output !== undefined) writes(run, output);
  if (options.some((option) => /^(?:-f|--file|-i)$/.test(option.name)))
    return run.emit({ kind: "database-mutation", what: spelled(run) });
  for (const text of run.input.kind === "text" ? [run.input.text] : [])
    if (!harmless(text)) run.emit({ kind: "database-mutation", what: text });
  if (run.input.kind === "unseen" && statements.length === 0)
    return run.emit({ kind: "database-mutation", what: `${run.name}, which reads its statements` });
  if (
    statements.length === 0 &&
    run.input.kind === "none" &&
    !run.args.some((arg) => /^(?:-l|--list|-V|--version)$/.test(arg.text))
  )
    return unknown(run, `${run.name} without a statement`);
  for (const text of statements)
    if (text.kind !== "known" || !harmless(text.text)) run.emit({ kind: "database-mutation", what: text.text });
  run.emit({ kind: "look-remote", what: run.name });
}

const redisLooks =
  /^(?:get|mget|hget|hgetall|hmget|hkeys|hlen|llen|lrange|lindex|scard|smembers|sismember|zcard|zrange|zscore|zcount|keys|scan|hscan|sscan|zscan|exists|ttl|pttl|type|strlen|dbsize|info|ping|time|xlen|xrange|xinfo|memory|object|lastsave|echo|--version|role)$/i;

function redis(run: Run): void {
  if (
    run.args.some((arg) => /^--(?:scan|version|stat|latency|bigkeys|memkeys)$/.test(arg.text)) &&
    !split(run.args, "-h -p -a -n -u -i --user --pass --pattern --count").operands.length
  )
    return run.emit({ kind: "look-remote", what: spelled(run) });
  const { operands } = split(run.args, "-h -p -a -n -u --user --pass -s");
  const verb = operands[0];
  if (run.input.kind !== "none" && verb === undefined)
    return run.emit({ kind: "database-mutation", what: "redis commands from its input" });
  if (
    run.args.some((arg) => arg.text.startsWith("--eval") || arg.text.startsWith("--pipe")) ||
    verb === undefined ||
    verb.kind !== "known" ||
    !redisLooks.test(verb.text)
  )
    return run.emit({ kind: "database-mutation", what: spelled(run) });
  run.emit({ kind: "look-remote", what: spelled(run) });
}

function mongo(run: Run): void {
  const code = split(run.args, "--eval --host --port -u -p -f --file").options.find(
    (option) => option.name === "--eval",
  )?.value;
  // What stands in quotes is data, unless it is the name of a stage.
  const bare = (code?.text ?? "").replaceAll(/(["'])(?!\$)[\w .@:/-]*\1(?!\s*[\](])/g, '""');
  const looks =
    code?.kind === "known" &&
    /^[\s\w.({})"':,$[\]-]*$/.test(bare) &&
    /\.(?:find|findOne|count\w*|estimatedDocumentCount|aggregate|distinct|stats|getIndexes|getCollectionNames|explain|status)\(/.test(
      bare,
    ) &&
    !/drop|delete(?!d\b)|remove|insert|update|replace|rename|create|\$out|\$merge|eval|shutdown|modify/i.test(bare);
  run.emit(looks ? { kind: "look-remote", what: spelled(run) } : { kind: "database-mutation", what: spelled(run) });
}

function dump(run: Run): void {
  const { options } = split(run.args, "-f --file -o --out -h -U -d -p -u -r --result-file");
  for (const { name, value } of options)
    if (/^(?:-f|--file|-o|--out|-r|--result-file)$/.test(name) && value) writes(run, value);
  run.emit({ kind: "look-remote", what: spelled(run) });
}

function migration(run: Run): void {
  const text = spelled(run);
  if (
    /\b(?:reset|drop|rollback|downgrade|flush|undo|revert|push|deploy|truncate|purge|execute|runner|runscript)\b/i.test(
      text,
    )
  )
    return run.emit({ kind: "database-mutation", what: text });
  run.emit({ kind: "run-project-code", what: text });
  for (const arg of run.args) if (/^[~/]/.test(arg.text)) reads(run, arg);
}
