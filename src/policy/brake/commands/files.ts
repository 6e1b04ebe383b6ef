import { knownArgument, type Argument } from "../../shell/argument.ts";
import { locate } from "../../places/paths.ts";
import { deletes, has, loose, reads, split, table, tailOf, unknown, writes, type Handler, type Run } from "../run.ts";
import { madeBy } from "../made.ts";
import { insideWorkspace, projectCode } from "../project.ts";

/** Commands that make, change, move and remove files. */
export const fileCommands: [string, Handler][] = [
  ...table("rm rmdir unlink shred trash", remove),
  ...table("touch tee truncate mkfifo sponge", each("file", "-d -r -t -s --date --reference --size")),
  ...table("mkdir", each("folder", "-m --mode")),
  ...table("cp install rsync", copy),
  ...table("mv", move),
  ...table("ln", link),
  ...table("chmod chown chgrp chattr setfacl", rights),
  ...table("dd", dd),
  ...table("tar bsdtar", tar),
  ...table("zip 7z gzip gunzip bzip2 bunzip2 xz unxz zstd unzip", archive),
  ...table("split", (run) => {
    const [, prefix] = split(run.args, "-b -l -n -a --bytes --lines").operands;
    writes(run, prefix ?? knownArgument("./x"), "folder");
  }),
  ...table("csplit", (run) => {
    const { options, operands } = split(run.args, "-f -b -n --prefix --suffix-format --digits");
    if (operands[0] !== undefined) reads(run, operands[0]);
    writes(run, options.find((option) => has([option], "-f --prefix"))?.value ?? knownArgument("./xx"), "folder");
  }),
  ...table("dos2unix unix2dos", each("file", "-o")),
  ...table("patch", (run) => projectFiles(run, "patch")),
  ...table("vi vim nvim ed ex emacs nano", (run) => {
    if (run.args.length !== 1 || !/^--?(?:version|help)$/.test(run.args[0]?.text ?? ""))
      unknown(run, `the editor ${run.name}`);
  }),
];

function remove(run: Run): void {
  const { options, operands } = split(run.args);
  const recursive = has(options, "-r -R --recursive");
  if (has(options, "--no-preserve-root")) run.emit({ kind: "system-control", what: "rm without its own guard" });
  for (const path of operands) deletes(run, path, recursive);
}

/** For commands whose operands are all written. */
function each(purpose: "file" | "folder", values: string): Handler {
  return (run) => {
    const { operands } = split(run.args, values);
    for (const path of operands) writes(run, path, purpose);
  };
}

/** Sources and target of `cp` and its kin. */
function ends(run: Run): {
  sources: Argument[];
  target: Argument | undefined;
  options: ReturnType<typeof split>["options"];
} {
  const { options, operands } = split(
    run.args,
    "-t --target-directory -S --suffix -m -o -g --mode --exclude --include -e --rsh",
  );
  const given = options.find((option) => has([option], "-t --target-directory"))?.value;
  if (run.args.some((arg) => arg.kind === "unknown" && arg.prefix === ""))
    unknown(run, `${run.name} with paths that only the run will tell`);
  return given === undefined
    ? { sources: operands.slice(0, -1), target: operands.at(-1), options }
    : { sources: operands, target: given, options };
}

/** What a target becomes: the folder itself may stay, but the files in it are written. */
function writesInto(run: Run, target: Argument, sources: readonly Argument[]): void {
  if (target.kind !== "known" || sources.some((source) => source.kind === "unknown")) return writes(run, target);
  writes(run, target, "folder");
  for (const source of sources) {
    const name = source.text.replace(/\/+$/, "").split("/").at(-1) ?? "";
    if (name !== "" && !/[*?[]|^\.+$/.test(name))
      writes(run, knownArgument(`${target.text.replace(/\/+$/, "")}/${name}`));
    // A wildcard or `dir/.` may bring a .git along.
    else if (/\/?\.$|\.\*|^\.\[/.test(source.text) && isRoot(run, target))
      writes(run, knownArgument(`${target.text}/.x`));
  }
  const noted = run.scene.folders.map((folder) => locate(target.text, folder, run.scene.context).plain);
  for (const path of noted)
    if (
      path !== run.scene.context.workspace &&
      sources.length === 1 &&
      !target.text.endsWith("/") &&
      target.text !== "."
    ) {
      run.made.add(path);
      run.contents.set(path, "unseen");
    }
}

/** Whether a path is, or may be, the workspace itself. */
const isRoot = (run: Run, path: Argument): boolean =>
  path.kind !== "known" ||
  run.scene.folders.some(
    (at) => locate(path.text, at, run.scene.context).real === run.scene.context.realPath(run.scene.context.workspace),
  );

function copy(run: Run): void {
  const { sources, target, options } = ends(run);
  if (run.name === "rsync") {
    if (has(options, "--remove-source-files -e --rsh --rsync-path"))
      unknown(run, "rsync that takes its source away or runs something");
    if (target !== undefined && options.some((option) => option.name.startsWith("--del"))) deletes(run, target, true);
    if ([...sources, ...(target ? [target] : [])].some((end) => /^[\w.@-]+:/.test(end.text)))
      run.emit({ kind: "network", host: target?.text ?? "", upload: true, metadata: false });
  }
  const lent = options.find((option) => option.name === "--chmod");
  if (lent !== undefined && (lent.value?.kind !== "known" || givesRights(lent.value.text) || /s/.test(lent.value.text)))
    run.emit({ kind: "privilege", what: "a setuid bit" });
  const mode = options.find((option) => has([option], "-m --mode"))?.value;
  if (mode !== undefined && (mode.kind !== "known" || givesRights(mode.text)))
    run.emit({ kind: "privilege", what: "a setuid bit" });
  if (run.name === "install" && has(options, "-d --directory")) {
    for (const folder of [...sources, ...(target ? [target] : [])]) writes(run, folder, "folder");
    return;
  }
  const deep = has(options, "-r -R -a --recursive --archive");
  for (const source of sources) reads(run, source, deep);
  // What is copied as a whole may bring a repository's hooks along.
  if (
    deep &&
    target !== undefined &&
    (has(options, "-T --no-target-directory") || sources.some((source) => /(?:^|\/)\.$/.test(source.text))) &&
    (isRoot(run, target) || sources.some((source) => !insideWorkspace(source.text, run.scene) || isRoot(run, source)))
  )
    writes(run, { ...target, text: `${target.text}/.git/hooks`, kind: target.kind });
  if (target !== undefined) writesInto(run, target, sources);
}

function move(run: Run): void {
  const { sources, target } = ends(run);
  for (const source of sources) deletes(run, source, true);
  if (target !== undefined) writesInto(run, target, sources);
}

function link(run: Run): void {
  const { options, operands } = split(run.args, "-t -S");
  const [source, target = knownArgument(".")] = operands;
  if (
    source === undefined ||
    operands.length > 2 ||
    has(options, "-t") ||
    source.kind !== "known" ||
    target.kind !== "known"
  )
    return unknown(run, "ln with more than two plain paths");
  writes(run, target, "folder");
  for (const folder of run.scene.folders) {
    const { context } = run.scene;
    const at = locate(target.text, folder, context).plain;
    const name = source.text.replace(/\/+$/, "").split("/").at(-1) ?? "";
    for (const path of [at, `${at}/${name}`]) {
      const from =
        has(options, "-s --symbolic") && !has(options, "-r --relative")
          ? path.slice(0, path.lastIndexOf("/")) || "/"
          : folder;
      const leads = locate(source.text, from, context).plain;
      // The folder that a link is put into is no link itself.
      if (leads !== path && !context.workspace.startsWith(path)) run.links.set(path, leads);
    }
  }
}

function rights(run: Run): void {
  const { operands, options } = split(run.args, "--reference --from");
  const mode = run.args.find((arg) => arg.text !== "-R" && !arg.text.startsWith("--"));
  if (run.name !== "chmod") {
    if (run.name === "chattr") return run.emit({ kind: "system-control", what: "chattr" });
    for (const path of operands.slice(1)) writes(run, path, "folder");
    if (operands.some((arg) => /^(?:root|0)(?::|$)/.test(arg.text)))
      run.emit({ kind: "privilege", what: "files of root" });
    return;
  }
  const isMode = (arg: Argument): boolean =>
    /^[-+=]?[0-7]+$|^[ugoa]*[-+=][rwxXstugo]*(?:,[ugoa]*[-+=][rwxXstugo]*)*$/.test(arg.text);
  const modes = [...operands.slice(0, 1), ...options.map((option) => knownArgument(option.name))].filter(isMode);
  if (modes.some((arg) => givesRights(arg.text))) run.emit({ kind: "privilege", what: "a setuid bit" });
  if (mode?.kind !== "known") unknown(run, "chmod with a mode that only the run will tell");
  const paths = operands[0] !== undefined && isMode(operands[0]) ? operands.slice(1) : operands;
  // Other rights leave what a file holds as it is.
  const held = new Map(run.contents);
  for (const path of paths) writes(run, path, "folder");
  for (const [path, contents] of held) run.contents.set(path, contents);
}

/** A mode with the bits that lend the owner's or the group's rights. */
const givesRights = (mode: string): boolean => /^[-+=]?0*[2-7][0-7]{3}$|[ugoa,+]*[+=][rwxX]*s/.test(mode);

function dd(run: Run): void {
  for (const arg of run.args) {
    if (!/^(?:if|of|bs|count|skip|seek|conv|status|iflag|oflag|ibs|obs)=/.test(arg.prefix))
      unknown(run, `dd ${arg.text}`);
    const value: Argument = { ...arg, text: arg.text.slice(3), prefix: arg.prefix.slice(3), shape: arg.shape.slice(3) };
    if (arg.prefix.startsWith("of=")) writes(run, value);
    if (arg.prefix.startsWith("if=")) reads(run, value);
    if (/^if=\/dev\/(?:zero|u?random)$/.test(arg.text) && !run.args.some((other) => other.prefix.startsWith("count=")))
      unknown(run, "dd without an end");
  }
}

/** What comes out of an archive that the line fetched, or that comes through a pipe from there, is not the project's own. */
function unpacks(run: Run, file: Argument | undefined, folder: Argument): void {
  const { input, scene } = run;
  const fetched =
    file === undefined || file.text === "-"
      ? input.kind === "unseen" && input.foreign === true
      : run.fetched() && file.kind === "known" && madeBy(run, file.text).kind === "unseen";
  if (!fetched || folder.kind !== "known") return;
  for (const at of scene.folders) run.made.add(locate(folder.text, at, scene.context).plain);
}

function tar(run: Run): void {
  const [first, ...others] = run.args;
  // The old spelling: letters without a dash.
  const bare = first !== undefined && /^[A-Za-z]+$/.test(first.text) && first.kind === "known";
  const args = bare ? [knownArgument(`-${first.text}`), ...others] : run.args;
  const { options, operands } = split(args, "-f -C --file --directory --cd --exclude -T --files-from -X");
  const odd = options.find((option) =>
    /^(?:-I|-\w*[FIP]|--(?:to-c|chec.*action|use-c|info-s|new-v|rsh|rmt|absolute|remove-f|one-top|transform))/.test(
      option.name,
    ),
  );
  if (odd !== undefined) return unknown(run, `tar ${odd.name}, which may run a program or write elsewhere`);
  if (args.some(loose)) unknown(run, "tar with arguments that only the run will tell");
  const value = (names: string): Argument | undefined =>
    options.find((option) => has([option], names) && option.value)?.value;
  const folder = value("-C --directory --cd");
  const file = value("-f --file");
  if (has(options, "-x --extract --get")) {
    if (file !== undefined) reads(run, file);
    unpacks(run, file, folder ?? knownArgument("."));
    return writes(run, folder ?? knownArgument("./x"), "folder");
  }
  if (has(options, "-t --list")) return file && reads(run, file);
  if (file !== undefined && file.text !== "-") writes(run, file);
  for (const path of operands) reads(run, path, true);
}

function archive(run: Run): void {
  const { options, operands } = split(run.args, run.name === "7z" ? "" : "-d -x -P -o --exclude");
  if (
    has(options, "-TT --unzip-command") ||
    (run.name.endsWith("zip") && run.args.some((arg) => arg.text.startsWith("-T")))
  )
    return unknown(run, `${run.name} with a program`);
  if (run.args.some(loose)) unknown(run, `${run.name} with arguments that only the run will tell`);
  if (run.name === "unzip") {
    if (operands[0] !== undefined) reads(run, operands[0]);
    const into = options.find((option) => option.name.endsWith("-d"))?.value;
    unpacks(run, operands[0], into ?? knownArgument("."));
    if (!has(options, "-l -p -t -Z -v -z"))
      writes(run, options.find((option) => option.name.endsWith("-d"))?.value ?? knownArgument("./x"), "folder");
    return;
  }
  if (run.name === "7z" && /^[xelt]$/.test(operands[0]?.text ?? "")) {
    const folder = run.args.find((arg) => /^-o./.test(arg.prefix));
    for (const path of operands.slice(1)) reads(run, path);
    if (/^[xe]$/.test(operands[0]?.text ?? ""))
      writes(run, folder ? tailOf(folder, 2) : knownArgument("./x"), "folder");
    return;
  }
  const [first, ...rest] = run.name === "7z" ? operands.slice(1) : operands;
  if (run.name === "zip" || run.name === "7z") {
    if (first !== undefined) writes(run, first);
    const takesAway = has(options, run.name === "zip" ? "-m --move" : "-sdel");
    for (const path of rest)
      if (takesAway) deletes(run, path, true);
      else reads(run, path, true);
  } else if (has(options, "-c --stdout --to-stdout -t -l")) for (const path of operands) reads(run, path);
  else for (const path of operands) writes(run, path);
}

function projectFiles(run: Run, what: string): void {
  const { options, operands } = split(run.args, "-i -o -d -p --input --output --directory");
  for (const option of options)
    if (/^(?:-o|--output)$/.test(option.name) && option.value) writes(run, option.value);
    else if (/^(?:-d|--directory)$/.test(option.name) && option.value) writes(run, option.value, "folder");
  for (const path of operands) writes(run, path);
  projectCode(run, what);
}
