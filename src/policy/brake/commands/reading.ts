import { isHarmlessSetting } from "../settings.ts";
import { has, loose, reads, split, table, unknown, writes, type Handler } from "../run.ts";

/** Commands that show or calculate. */
export const readingCommands: [string, Handler][] = [
  ...table(
    ": true false echo test [ pwd basename dirname realpath readlink which type whereis whoami id groups uname arch nproc " +
      "uptime date cal seq factor expr yes tty locale getconf tput clear reset stty sleep wait jobs shift return break " +
      "continue exit local declare typeset export readonly unset read mapfile readarray getopts let set umask hash help " +
      "man apropos whatis info free df lsof lsblk ps pgrep pidof top htop uptime w who last ls dir vdir tree exa eza stat " +
      "file du pstree bg fg disown ulimit times bind complete compgen history printf shopt numfmt ss netstat lscpu lsusb lspci vmstat iostat tldr pbpaste logname tty groups cheat",
    quiet,
  ),
  ...table(
    "cat tac head tail less more bat nl wc cut tr paste join comm fold fmt column expand unexpand rev look strings od " +
      "hexdump hd cmp diff sdiff colordiff md5sum sha1sum sha224sum sha256sum sha384sum sha512sum b2sum cksum sum base32 " +
      "base64 basenc zcat bzcat xzcat zless jq yq xmllint csvcut csvlook bc dc tsort pr col iconv nm objdump " +
      "readelf size ldd otool cloc scc tokei glow mdcat",
    content,
  ),
  ...table("mktemp", temporary),
  ...table("shuf", withOutput("-o --output", "-n -i --head-count --input-range --random-source")),
  ...table("sort", withOutput("-o --output", "-k -t -S -T --key --field-separator --parallel")),
  ...table("uniq xxd", secondIsOutput),
  ...table("printenv", (run) =>
    run.emit({ kind: "read", path: "the environment", secret: run.args.length === 0 ? "outbound" : false }),
  ),
];

function quiet(run: Parameters<Handler>[0]): void {
  const { name, args } = run;
  const texts = args.map((arg) => arg.text);
  if (name === "date" || name === "tree") {
    const { options } = split(args, "-f -o --file");
    for (const option of options)
      if (option.value && /^(?:-f|--file)$/.test(option.name)) reads(run, option.value);
      else if (option.value && option.name === "-o") writes(run, option.value);
  }
  if (
    /^(?:\[|test)$/.test(name) &&
    (texts.some((text) => /\[[^\]]*[$`]/.test(text)) ||
      (texts.some((text) => /^-[vR]$/.test(text)) && args.some((arg) => arg.kind !== "known")))
  )
    return unknown(run, "a test that the shell would evaluate as code");
  if (name === "date" && texts.some((text) => /^(?:-s|--set|\d{8,}(?:\.\d+)?$)/.test(text)))
    return run.emit({ kind: "system-control", what: "the clock" });
  if (
    name === "ps" &&
    texts.some(
      (text, at) =>
        (/^[a-zA-Z]*e[a-zA-Z]*$/.test(text) &&
          !/^(?:-[CopuUgGtq]|--(?:user|format|pid|sort))$/.test(texts[at - 1] ?? "")) ||
        /^-\w*E|environ/.test(text),
    )
  )
    return run.emit({ kind: "read", path: "the environment of processes", secret: true });
  if (name === "printf" && texts[0]?.startsWith("-v") === true && /[^\w-]/.test(texts[0].slice(2) || (texts[1] ?? "")))
    return unknown(run, "printf -v into a computed name");
  // The deck knows a construct by its mark: without it, a construct could speak for the netrunner.
  if (name === "unset" && texts.some((text) => text.startsWith("CYBERDECK")))
    unknown(run, "unset of the construct's mark");
  if (/^(?:declare|typeset|local|export|readonly|read|mapfile|readarray|unset|let|getopts)$/.test(name)) {
    const odd = args.find(
      (arg) =>
        !/^\w+=\([^$`]*\)$/.test(arg.text) && /[[`$]/.test(arg.text) && (arg.kind !== "known" || /\[/.test(arg.text)),
    );
    if (odd !== undefined || (name === "mapfile" && texts.includes("-C"))) unknown(run, `${name} ${odd?.text ?? ""}`);
    if (texts.length === 0 || texts.some((text) => /^-\w*p/.test(text)))
      if (/^(?:declare|typeset|export|readonly)$/.test(name))
        run.emit({ kind: "read", path: "the environment", secret: "outbound" });
  }
  if (/^(?:read|mapfile|readarray|getopts|printf|let)$/.test(name) && (name !== "printf" || texts[0] === "-v"))
    for (const text of texts)
      if (/^[A-Z_]\w*$/i.test(text) && !isHarmlessSetting(text, undefined)) unknown(run, `${name} into ${text}`);
  if (name === "set" && texts.length === 0) run.emit({ kind: "read", path: "the environment", secret: "outbound" });
  if (name === "man" && texts.some((text) => /^(?:-\w*[PH]|--pager|--html)/.test(text)))
    unknown(run, "man with a pager of its own");
  if ((name === "bind" && texts.includes("-x")) || (name === "complete" && texts.includes("-C")))
    unknown(run, `${name} ${texts.join(" ")}`);
}

function temporary(run: Parameters<Handler>[0]): void {
  const { options, operands } = split(run.args, "-p --suffix");
  const folder = options.find((option) => /^(?:-\w*p|--tmpdir)$/.test(option.name))?.value;
  if (folder !== undefined) writes(run, folder, "folder");
  const [template] = operands;
  if (template !== undefined && folder === undefined && !has(options, "-t --tmpdir")) writes(run, template);
  run.emit({ kind: "write", path: "a new temporary file", barrier: undefined });
}

function content(run: Parameters<Handler>[0]): void {
  const { operands } = split(run.args, "-n -c -d -f -w -t -N -j --arg --lines --bytes --delimiter --fields --indent");
  // `tr` names characters and no file; the others take a filter before their files.
  const words = run.name === "tr" ? operands.length : run.name === "jq" || run.name === "yq" ? 1 : 0;
  const files = operands.slice(words);
  for (const file of files) reads(run, file);
  const { options } = split(run.args, "-o --output");
  if (run.name === "jq" && run.args.some((arg) => /\$ENV\b|(?:^|[\s|(])env(?:$|[\s|.)[])/.test(arg.text)))
    run.emit({ kind: "read", path: "the environment", secret: "outbound" });
  if (run.name === "yq" && has(options, "-i --inplace")) for (const file of files) writes(run, file);
  if (run.name === "xmllint" || run.name === "iconv")
    for (const option of options) if (/^(?:-o|--output)$/.test(option.name) && option.value) writes(run, option.value);
  const listed = run.args.find((arg) => arg.text.startsWith("--files0-from"));
  if (listed !== undefined) unknown(run, `${run.name} ${listed.text}`);
  if (run.name === "less" && run.args.some((arg) => arg.text.startsWith("+!"))) unknown(run, "less with a command");
}

/** @param names of the options that name a file to write */
export function withOutput(names: string, values = ""): Handler {
  return (run) => {
    const { options, operands } = split(run.args, `${names} ${values}`);
    for (const option of options) {
      if (!has([option], names)) continue;
      if (option.value === undefined) unknown(run, `${run.name} ${option.name} without a file`);
      else writes(run, option.value);
    }
    if (run.args.some((arg) => /^--(?:compress-prog|files0)/.test(arg.text)))
      unknown(run, `${run.name} with a program`);
    if (run.args.some(loose)) unknown(run, `${run.name} with arguments that only the run will tell`);
    for (const file of operands) reads(run, file);
  };
}

function secondIsOutput(run: Parameters<Handler>[0]): void {
  const [input, output] = split(run.args, "-f -s -w -c -l -g -n").operands;
  if (input !== undefined) reads(run, input);
  if (input !== undefined && !input.single) unknown(run, `${run.name} ${input.text}, which may be two files`);
  if (output !== undefined) writes(run, output);
}
