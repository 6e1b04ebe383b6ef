import { knownArgument } from "../../shell/argument.ts";
import { isMetadata } from "../metadata.ts";
import { reads, unknown, type Run } from "../run.ts";
import { destroys } from "../sql.ts";
import { judgeChanges } from "./changes.ts";
import { judgeStarted } from "./processes.ts";
import { takeApart } from "./take-apart.ts";

/** The longest code that is judged, in characters. */
const longest = 32_768;

/**
 * A conservative look at code in another language: processes, sockets, evaluation and computed names are effects; text
 * processing is none; files that it changes must be written out as literals.
 */
export function judgeCode(code: string, run: Run): void {
  const language = run.name;
  run.emit({ kind: "interpret", what: language });
  if (code.length > longest) return unknown(run, `${language} code longer than 32 KB`);
  const parts = takeApart(withoutGets(judgeStarted(code, run), run), language);
  const { whole, bare, literals } = parts;
  const ticks = /^(?:perl|ruby|php|julia)/.test(language) && /`/.test(bare);
  const called =
    /^(?:php|ruby|perl)/.test(language) &&
    literals.some((text) => /^(?:system|exec|eval|passthru|shell_exec|popen|fork|kill)$/.test(text));
  const piped =
    /^(?:perl|ruby)/.test(language) && /\bopen\b/.test(bare) && literals.some((text) => /^\s*\||\|\s*$/.test(text));
  if (modules.test(whole) || starts.test(bare) || ticks || called || piped)
    return run.emit({ kind: "execute-unknown", what: `a process that ${language} starts`, foreign: false });
  if ((unreadable.test(language) && reaching.test(whole)) || powerful.test(whole) || elsewhere.test(whole))
    return run.emit({ kind: "execute-unknown", what: `${language} code that is not followed`, foreign: false });
  if (evaluates.test(bare) || escapes.test(whole) || (language.startsWith("lua") && /\bload\w*\s*\(/.test(bare)))
    return run.emit({ kind: "execute-unknown", what: `code that ${language} computes or decodes`, foreign: true });
  if (sockets.test(bare) || netModules.test(whole))
    run.emit({ kind: "network", host: `whatever the ${language} code names`, upload: true, metadata: false });
  if (environment.test(bare)) run.emit({ kind: "read", path: "the environment", secret: "outbound" });
  if (rights.test(bare)) run.emit({ kind: "privilege", what: `${language} code that changes rights` });
  if (clouds.test(whole)) run.emit({ kind: "remote-mutation", what: `a cloud or a service, by ${language} code` });
  if ((stores.test(whole) && literals.some((text) => /\s/.test(text) && destroys(text))) || empties.test(bare))
    run.emit({ kind: "database-mutation", what: `${language} code with statements that change a database` });
  if (judgeChanges(parts, run)) return;
  for (const path of literals)
    if (path.length < 4096 && !/[\s\0]/.test(path) && /^[/~.]|\/|^\.env/.test(path))
      reads(run, knownArgument(path.replace(/^~(?=\/|$)/, run.scene.context.home)));
}

/** Judges plain GETs of addresses that are written out, and takes them out of the code. */
function withoutGets(code: string, run: Run): string {
  let found = false;
  const rest = code.replaceAll(gets, (_, quote: string, address: string) => {
    found = true;
    run.emit({ kind: "network", host: address, upload: false, metadata: isMetadata(address) });
    return `0(${quote}${quote})`;
  });
  return found
    ? rest.replaceAll(
        /\bimport\s+(?:requests|urllib\.request|httpx)\b|require\s*\(?\s*["'](?:open-uri|net\/http)["']\)?/g,
        " ",
      )
    : code;
}

const gets =
  /\b(?:fetch|urllib\.request\.urlopen|urlopen|requests\.get|httpx\.get|URI\.open|Net::HTTP\.get)\s*\(\s*(["'])(https?:\/\/[^"'\s$#{}\\]*)\1\s*\)/g;

/** Languages that only few people write one-liners in: anything in their code that reaches out of it is held. */
const unreadable = /^(?:ghci?|raku|tclsh|groovy|scala|kotlin|jshell|guile|racket|elixir|erl|swift)$/;

const reaching =
  /system|process|runtime|shell|exec|command|spawn|port|file|open|write|delete|remove|\brm|http|socket|url|eval|load|import|require|\buse\b|os:|\.!/i;

/** Modules that do more than their names in the code tell. */
const powerful =
  /(?:\bimport\s+|\bfrom\s+)(?:fileinput|shelve|dbm|webbrowser|code|codeop|pdb|ftplib|telnetlib|socketserver|xmlrpc|imaplib|poplib|smtplib|winreg|mmap|crontab|sh|plumbum|invoke|antigravity)\b|(?:require\s*\(|from|import)\s*\(?["'](?:node:)?(?:execa|zx(?:\/\w+)?|shelljs|cross-spawn|rimraf|del|trash|node-pty|ssh2|cluster|repl|inspector)["']|\bmail\s*\(/;

/** Code in other files, from outside of the project. */
const elsewhere =
  /\b(?:require|load|do|include|include_once|require_once|source|dofile|import)\b\s*\(?\s*["'](?:\/|~|\.\.|https?:|data:)/;

const modules =
  /\b(?:child_process|worker_threads|subprocess|pty|multiprocessing|pexpect|psutil|ctypes|ffi|Open3|IPC::)\b|Fiddle|process\.binding|dlopen/;

const starts =
  /\b(?:system|popen\w*|spawn\w*|shell_exec|passthru|proc_open|pcntl_\w+|posix_kill|fork|execv\w*|execl\w*|startfile|execSync|execFile\w*|execa|execute|getoutput|syscall|posix_spawn\w*|kill|killpg|qx|start_process)\b(?=\s*[\s("'`$\\[{/]|$)|(?<![.\w])exec\b|\bos\.exec|\bDeno\.(?:run|Command|kill)|\bBun\.(?:\$|spawn)|%x|\|\s*getline|\bProcess\.|\bKernel\.|\bIO\.popen/;

const evaluates =
  /\beval\b|\bFunction\b|__import__|\bimportlib\b|\brunpy\b|\bcompile\s*\(|\bglobals\s*\(|\bgetattr\s*\(|\b__\w+__\b\s*[[(.]|\bcreate_function\b|\bassert\s*\(\s*\$|\binstance_eval|\bclass_eval|\b(?:public_)?send\b|\bconstantize|\bunpack\b|\bpack\b|\batob\b|b64decode|\bbase64\b|fromhex|unhexlify|fromCharCode|\bcodecs\b|\brequire\s*\(\s*[^"'`)\s]|\bimport\s*\(\s*[^"'`\s]|\bvm\b|\bpickle\b|\bmarshal\b|\bdo\s+["'$]|\bcall_user_func|\bconstructor\b|\[\s*["'`][^\]\n]{0,80}\+|\bReflect\b|\bexecScript\b|\bchr\s*\(|\bdostring\b|\bloadstring\b/;

/** Letters that are spelled by number. */
const escapes = /\\x[0-9a-f]{2}|\\u\{?[0-9a-f]{2}|\\[0-3][0-7]{2}/i;

const sockets =
  /\b(?:socket|Socket|fsockopen|stream_socket_client|curl_\w+|TCPSocket|TCPServer|UDPSocket|urlopen|urllib|requests|httpx|aiohttp|WebSocket|XMLHttpRequest|LWP|HTTP::|Net::|IO::Socket|dgram|file_get_contents\s*\(\s*["']https?|createServer|createConnection|smtplib|ftplib|paramiko)\b|\bfetch\s*\(|\bhttps?\.(?:get|request|client)|\bnet\.(?:connect|Socket|create)/;

const netModules =
  /(?:require\s*\(|from|import)\s*["'](?:node:)?(?:https?2?|net|dgram|tls|dns)["']|import\s+(?:http|ssl)\b|https?:\/\/[^"'\s]*["']\s*\)\s*\.(?:read|text|body)|Net::HTTP|open-uri/;

const environment =
  /\bos\.environ\b(?!\s*(?:\[|\.get))|\bprocess\.env\b(?!\s*(?:\.\w|\[))|\bENV\b\.(?:to_h|each|inspect)|%ENV\b/;

const rights = /\bset[re]?[ug]id\b|\bchmod\w*\b[^;\n]{0,120}\b0o?[2-7][0-7]{3}\b|\bS_IS[UG]ID\b/i;

const clouds =
  /\b(?:boto3|botocore|aws-sdk|google\.cloud|azure\.\w+|kubernetes|fabric|stripe|octokit|digitalocean|linode|cloudflare)\b|@(?:aws-sdk|azure|google-cloud|octokit)\//;

const stores =
  /\b(?:execute\w*|query\w*|\$?(?:execute|query)Raw\w*|exec|raw|prepare|run|sqlite\w*|pg|psycopg\w*|pymysql|mysql\w*|knex|sequelize|prisma|sqlalchemy|DBI|PDO)\b/i;

const empties =
  /\b(?:dropDatabase|dropCollection|drop_database|drop_collection|drop_all|deleteMany|delete_many|flushall|flushdb|flushAll|flushDb|truncateTable)\b/;
