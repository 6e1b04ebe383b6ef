import { knownArgument } from "../argument.ts";
import { reads, unknown, writes, type Run } from "./run.ts";

/**
 * A conservative look at code in another language: processes, sockets, evaluation and computed names are effects; text
 * processing is none; files that it changes must be written out as literals.
 */
export function judgeCode(code: string, run: Run): void {
  const language = run.name;
  if (code.length > 32_768) return unknown(run, `${language} code longer than 32 KB`);
  const { bare, literals } = takeApart(code);
  run.emit({ kind: "change-repository", what: `${language} code` });
  if (modules.test(code) || starts.test(bare) || (/^(?:perl|ruby|php)/.test(language) && /`/.test(bare)))
    return run.emit({ kind: "execute-unknown", what: `a process that ${language} starts`, foreign: false });
  if (evaluates.test(bare) || /\\x[0-9a-f]{2}|\\u\{?[0-9a-f]{2}|\\[0-3][0-7]{2}/i.test(code))
    return run.emit({ kind: "execute-unknown", what: `code that ${language} computes or decodes`, foreign: true });
  if (sockets.test(bare) || netModules.test(code))
    run.emit({ kind: "network", host: `whatever the ${language} code names`, upload: true, metadata: false });
  if (environment.test(bare)) run.emit({ kind: "read", path: "the environment", secret: true });
  const paths = literals.filter((text) => text.length < 4096 && !/[\s\0]/.test(text) && text !== "");
  const harmless = bare.replaceAll(
    /\b(?:sys|process|STDOUT|STDERR|\$std(?:out|err))\.(?:std(?:out|err)\.)?write\w*|Date\w*\.\w+|Object\.assign/g,
    "",
  );
  const opens =
    /\bopen\b|\bfopen\b/.test(bare) && literals.some((text) => /^[rwax+]*[wax+][tb+]*$|^\+?>{1,2}/.test(text));
  if (!changes.test(harmless) && !opens) {
    for (const path of paths)
      if (/^[/~.]|\/|^\.env/.test(path)) reads(run, knownArgument(path.replace(/^~(?=\/|$)/, run.scene.context.home)));
    return;
  }
  if (
    /homedir|Dir\.home|expanduser|environ|getenv|\bENV\b|Path\.home|argv|ARGV|\bargs?\b|__file__|\+(?![=+\d])|\$\{|%s|%\s*\(|format\s*\(|\bjoin\s*\(|\bf["']|#\{|parent|chr\b|readdir|readline|STDIN|stdin|input\s*\(/.test(
      `${bare} ${literals.filter((text) => /#\{|\$\{/.test(text)).join(" ")}`,
    )
  )
    return unknown(run, `${language} code that changes files by computed names`);
  if (paths.length === 0) return unknown(run, `${language} code that changes files`);
  for (const path of paths) {
    if (/^[rwaxbt+]{1,3}$|^(?:utf-?8|node:[\w/]+|fs|path|os|fs\/promises|json|fileutils|shutil|pathlib)$/i.test(path))
      continue;
    writes(run, knownArgument(path.replace(/^~(?=\/|$)/, run.scene.context.home)));
  }
}

const modules =
  /\b(?:child_process|worker_threads|subprocess|pty|multiprocessing|pexpect|ctypes|ffi|Open3|IPC::)\b|Fiddle|process\.binding|dlopen/;

const starts =
  /\b(?:system|popen\w*|spawn\w*|shell_exec|passthru|proc_open|pcntl_\w+|fork|execv\w*|execl\w*|startfile|execSync|execFile\w*|execa|getoutput|syscall|posix_spawn\w*|kill|killpg|qx)\b(?=\s*[\s("'`$\\[{/]|$)|(?<![.\w])exec\b|\bos\.exec|\bDeno\.(?:run|Command)|\bBun\.(?:\$|spawn)|%x|\|\s*getline|\bProcess\.|\bKernel\.|\bIO\.popen|\bopen\s*\(?[^)]*\|/;

const evaluates =
  /\beval\b|\bFunction\b|__import__|\bimportlib\b|\brunpy\b|\bcompile\s*\(|\bglobals\s*\(|\bgetattr\s*\(|\b__\w+__\b\s*[[(.]|\bcreate_function\b|\bassert\s*\(\s*\$|\binstance_eval|\bclass_eval|\b(?:public_)?send\b|\bconstantize|\bunpack\b|\bpack\b|\batob\b|b64decode|\bbase64\b|fromhex|unhexlify|fromCharCode|\bcodecs\b|\brequire\s*\(\s*[^"'`)\s]|\bimport\s*\(\s*[^"'`\s]|\bvm\b|\bpickle\b|\bmarshal\b|\bdo\s+["'$]|\bcall_user_func|\bconstructor\b|\[\s*["'`][^\]]*\+|\bReflect\b|\bexecScript\b|\bchr\s*\(/;

const sockets =
  /\b(?:socket|Socket|fsockopen|stream_socket_client|curl_\w+|TCPSocket|TCPServer|UDPSocket|urlopen|urllib|requests|httpx|aiohttp|WebSocket|XMLHttpRequest|LWP|HTTP::|Net::|IO::Socket|dgram|file_get_contents\s*\(\s*["']https?|createServer|createConnection|smtplib|ftplib|paramiko)\b|\bfetch\s*\(|\bhttps?\.(?:get|request|client)|\bnet\.(?:connect|Socket|create)/;

const netModules =
  /(?:require\s*\(|from|import)\s*["'](?:node:)?(?:https?2?|net|dgram|tls|dns)["']|import\s+(?:http|ssl)\b|https?:\/\/[^"'\s]*["']\s*\)\s*\.(?:read|text|body)|Net::HTTP|open-uri/;

const environment =
  /\bos\.environ\b(?!\s*(?:\[|\.get))|\bprocess\.env\b(?!\s*(?:\.\w|\[))|\bENV\b\.(?:to_h|each|inspect)|%ENV\b/;

const changes =
  /\b(?:unlink\w*|rmSync|rmdir\w*|rmtree|rm_rf?|rm|remove|removedirs|rename\w*|renames|writeFile\w*|write|write_text|write_bytes|appendFile\w*|createWriteStream|truncate\w*|ftruncate|chmod\w*|chown\w*|lchown\w*|symlink\w*|link|linkSync|mkdir\w*|makedirs|copyFile\w*|cpSync|cp|mv|copy|copy2|copytree|move|touch|file_put_contents|FileUtils|shutil|utime\w*|syswrite|save|to_csv|dump)\b\s*[\s("'`!?\\$]|\bos\.replace|\.replace\s*\(\s*Path|\bFile\.(?:write|delete|open|new)|\bfs\.(?:rm|cp)\b|\bopen\s*\(?[^,]*,\s*["']?\+?>/;

/** Code without the inside of its plain strings, and those strings. Text that may hold code of its own stays. */
function takeApart(code: string): { bare: string; literals: string[] } {
  const literals: string[] = [];
  const bare = code.replace(
    /(\w?)(["'])((?:\\[\s\S]|(?!\2)[^\\])*)\2/g,
    (whole: string, before: string, quote: string, text: string) => {
      literals.push(text);
      const mayHoldCode = /[#$@]\{|\$\(|\{\$/.test(text) || (/[fF]/.test(before) && text.includes("{"));
      return mayHoldCode ? whole : `${before}${quote}${quote}`;
    },
  );
  for (const [, text = ""] of code.matchAll(/`([^`]*)`/g)) literals.push(text);
  return { bare: bare.replaceAll(/\/\/[^\n]*|^\s*#(?![!{])[^\n]*/gm, ""), literals };
}
