/** Whether statements of a database only look. Words inside quotes and comments are data. */
export function onlyLooks(sql: string): boolean {
  const bare = bareSql(sql);
  if (/['"`]/.test(bare.replaceAll("''", ""))) return false;
  const statements = bare.split(";").map((text) => text.trim());
  return statements.every((text) => text === "" || (looks.test(text) && !changes.test(text)));
}

/** Whether statements only look, or add what was not there: nothing that is kept in the database is lost. */
export function destroysNothing(sql: string): boolean {
  const statements = bareSql(sql)
    .split(";")
    .map((text) => text.trim());
  return statements.every((text) => text === "" || adds.test(text) || onlyLooks(text));
}

const adds =
  /^(?:insert\s+into\s(?![\s\S]*\bon\s+(?:conflict|duplicate)[\s\S]*\bupdate\b)|create\s+(?:(?:temp|temporary|unique)\s+)?(?:table|index|view)\s|alter\s+table\s+(?:if\s+exists\s+)?\S+\s+add\s(?![\s\S]*\bdrop\b)|begin|commit|end|start\s+transaction|savepoint\s|release\s|pragma\s|\.(?:tables|schema|headers|mode|width|quit|exit|databases)\b)/i;

function bareSql(sql: string): string {
  return sql
    .replaceAll(/--[^\n]*|\/\*(?!!)[\s\S]*?\*\//g, " ")
    .replaceAll(/'(?:''|\\.|[^'\\])*'|"(?:""|\\.|[^"\\])*"|`[^`]*`/g, "''");
}

/** Statements that destroy, inside any text. */
export const destroys = (text: string): boolean =>
  /\b(?:drop|truncate|delete|alter|update|insert|grant|revoke|create|replace|merge|rename|vacuum)\b/i.test(text) &&
  !onlyLooks(text);

const looks =
  /^(?:\(?\s*select|with|show|describe|desc|explain|values|table|pragma\s+\w+(?:\([\w']*\))?$|use\s+\w+$|set\s+\w+\s*=|\\(?:d\S*|l\+?|c|x|timing|q|conninfo|z|sf|sv)(?:\s|$)|\.(?:tables|schema|headers|mode|databases|indexes|quit)\b|analyze\s)/i;

const changes =
  /\b(?:delete\s+from|drop\s|truncate\s|alter\s|update\s+\S+\s+set|insert\s+into|merge\s+into|into\s+(?:outfile|dumpfile)|create\s|grant\s|revoke\s|for\s+update|pg_terminate_backend|pg_cancel_backend|pg_read_file|pg_write|lo_(?:import|export)|load_file|load_extension|xp_cmdshell|copy\s|dblink\w*|setval|nextval|query_to_xml|pg_reload_conf|into\s+(?!@)\w+)|\\(?:!|copy|o|i|g|w)/i;
