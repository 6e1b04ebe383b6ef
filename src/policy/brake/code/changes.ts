import { knownArgument } from "../../shell/argument.ts";
import { unknown, writes, type Run } from "../run.ts";
import type { Parts } from "./take-apart.ts";

/** Judges the files that code changes: their names must stand in it as literals. Returns whether it changes any. */
export function judgeChanges({ whole, bare, literals }: Parts, run: Run): boolean {
  const language = run.name;
  const harmless = (text: string): string => text.replaceAll(output, " ");
  if (!changesFiles(harmless(bare), literals, language)) return false;
  const targets: string[] = [];
  const rest = harmless(whole).replaceAll(
    call,
    (text: string, _opener?: string, first?: string, second?: string, receiver?: string) => {
      const name = receiver ?? first;
      if (name === undefined) return text;
      const both = /rename|copy|cp|symlink|link|move|mv/i.test(/[\w.]+/.exec(text)?.[0] ?? "");
      if (both && second === undefined) return text;
      targets.push(inside(name), ...(both && second !== undefined ? [inside(second)] : []));
      return "0(";
    },
  );
  const opened =
    targets.length > 0 ? rest.replaceAll(/\b(?!fs\b|os\b|io\b)[a-z_]\w*\.write(?:lines)?\s*\(/g, "0(") : rest;
  const left = opened.replaceAll(string, '""').replaceAll(/\b(?:import|from|use)\b[^;\n]*/g, " ");
  if (targets.length > 0 && !changesFiles(left, [], language)) {
    for (const target of targets) changed(run, target);
    return true;
  }
  if (computed.test(`${bare} ${literals.filter((text) => /#\{|\$\{|\$ENV|%s/.test(text)).join(" ")}`))
    unknown(run, `${language} code that changes files by computed names`);
  const paths = literals.filter((text) => text !== "" && text.length < 4096 && !/[\s\0]/.test(text));
  if (paths.length === 0) unknown(run, `${language} code that changes files`);
  for (const path of paths) if (!plainWord.test(path)) changed(run, path.replace(/^[+<>|\s]+/, ""));
  return true;
}

function changed(run: Run, path: string): void {
  // What a program of its own makes of wildcards is its own business: all of it is meant.
  const text = path.replace(/^~(?=\/|$)/, run.scene.context.home);
  if (/[*?]/.test(text)) unknown(run, `${run.name} code that changes ${path}`);
  writes(run, knownArgument(text));
}

/** By the words that names are made of: `removeSync`, `remove_tree` and `File.delete` are all the same. */
function changesFiles(bare: string, literals: readonly string[], language: string): boolean {
  const names = bare.match(/[A-Za-z_][\w.]*[!?]?/g) ?? [];
  // In these languages a text can be called.
  const callable = /^(?:php|ruby|perl)/.test(language) ? literals.filter((text) => /^\w{2,24}$/.test(text)) : [];
  return (
    [...new Set([...names, ...callable])].some((name) => {
      const words = name
        .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
        .toLowerCase()
        .split(/[^a-z\d]+/);
      const plain = words.length > 1 || /^(?:php|R|julia|lua)/.test(language);
      return words.some((word) => always.has(word)) || (plain && words.some((word) => inNames.has(word)));
    }) ||
    redirected.test(bare) ||
    (/\b(?:open|fopen)\b/.test(bare) && literals.some((text) => /^[rwax+]*[wax+][tb+]*$|^\+?>{1,2}/.test(text)))
  );
}

const always = new Set(
  (
    "unlink rmtree rmdir removedirs rm rename renames truncate ftruncate chmod lchmod fchmod chown lchown symlink mkdir mkdirs makedirs mkpath " +
    "copytree copyfile copy2 copyfileobj cp mv extractall syswrite mkfifo mknod utime utimes savetxt savefig tofile touch rmtree fileutils shutil"
  ).split(" "),
);

/** Words that mean a file only together with another one: `os.remove`, `write_text`, but not `remove` alone. */
const inNames = new Set("remove write append delete move copy link extract put save create overwrite".split(" "));

const redirected =
  /\bopen\s*\(?[^,\n]{0,120},\s*["']?\+?>|\bFile\.(?:new|open)\b|\bos\.replace|\.replace\s*\(\s*Path|\bto_(?:csv|json|parquet|excel)\s*\(\s*["']|\.write_(?:text|bytes)\b|\bfrom\s+(?:os|shutil)\s+import\s+(?!path\b|environ\b|listdir\b|getcwd\b|walk\b|sep\b)|\bPathname\b[^\n]{0,120}\.(?:delete|rename|mkpath)|\bfilename\s*=|\bFileHandler\b/;

/** Names that look like changes and are none: streams of the program itself, text and lists. */
const output =
  /\b(?:sys|process|Deno|Bun)\.std(?:out|err)\.write\w*|(?:STDOUT|STDERR|\$std(?:out|err))\.write\w*|\bBun\.(?:stdout|stderr)|Date\w*\.\w+|\bObject\.(?:assign|create)|\bcopy\.(?:copy|deepcopy)|\b(?!(?:os|fs|fsp|fse|shutil|io|path|promises|file|files)\.)[a-z]\w{0,15}\.(?:append|remove|copy|delete|put|extract|create)\s*\(|\b(?:document|React)\.create\w+|\bcreate(?:Hash|Hmac|Interface|Require)\b|\bjson\.dumps\b|\bJSON::PP|\bcsv\.(?:reader|DictReader)|\b(?:read_csv|from_csv|parse_csv)\b|\bcsv\b/g;

const string = /"(?:\\[^]|[^"\\])*"|'(?:\\[^]|[^'\\])*'/g;

const name = String.raw`("(?:[^"\\\n$#{]|\\[^\n])*"|'(?:[^'\\\n$#{]|\\[^\n])*')`;

/** A change with its target written out: `verb("path"`, `open("path", "w"`, `Path("path").verb(`. */
const call = new RegExp(
  String.raw`\b(?:[\w$]{1,40}\.){0,4}(open|(?:File|IO|Bun)\.write|(?:write(?!_|\b|lines)|[rR]emove|[rR]ename|rm|[uU]nlink|mkdir|makedirs|append(?=[A-Z])|[tT]runcate|[cC]opy|cp|move|mv|symlink|link|chmod|touch|delete|rmtree|rmdir)\w*)\s*\(\s*${name}(?:\s*,\s*${name})?(?=\s*[,)])` +
    String.raw`|\bPath\(\s*${name}\s*\)\.(?:write_text|write_bytes|unlink|touch|mkdir|rmdir)\s*\(`,
  "g",
);

const inside = (text: string): string => text.slice(1, -1);

/** Signs that a name is put together when the code runs. */
const computed =
  /homedir|Dir\.home|expanduser|environ|getenv|\bENV\b|process\.env|Deno\.env|Path\.home|argv|ARGV|\bargs?\b|__file__|\+(?![=+\d])|\$\{|\$ENV|%s|%\s*\(|format\s*\(|\bjoin\s*\(|\bf["']|#\{|parent|chr\b|readdir|readline|STDIN|stdin|input\s*\(|\bglob\b|\bDir\b|\$_|<>/;

/** Literals that are no paths: modes, encodings and modules. */
const plainWord = /^[rwaxbt+]{1,3}$|^(?:utf-?8|node:[\w/]+|fs|path|os|fs\/promises|json|fileutils|shutil|pathlib)$/i;
