import { knownArgument, type Argument } from "../../shell/argument.ts";
import { isWithin } from "../../places/within.ts";
import { locate } from "../../places/paths.ts";
import { madeBy } from "../made.ts";
import { projectCode } from "../project.ts";
import { has, loose, reads, spelled, split, table, unknown, writes, type Handler, type Run } from "../run.ts";

/** Container engines: looking, building and plain local runs. */
export const containerCommands: [string, Handler][] = [
  ...table("docker podman nerdctl", container),
  ...table("docker-compose podman-compose", (run) => compose(run, run.args)),
  ...table("skopeo crane buildah oras", (run) =>
    /^(?:inspect|list-tags|ls|digest|manifest)$/.test(run.args[0]?.text ?? "")
      ? look(run)
      : run.emit({ kind: "publish", what: spelled(run) }),
  ),
];

const look = (run: Run): void => run.emit({ kind: "look-remote", what: spelled(run) });

const runValues =
  "-v --volume --mount -e --env --env-file -p --publish --name --network --net -w --workdir -u --user --entrypoint -l --label --cpus -m --memory --platform --pid --ipc --uts --userns --cap-add " +
  "--cap-drop --security-opt --device --restart --add-host --tmpfs -h --hostname --gpus --shm-size --volumes-from --cgroupns --privileged";

function container(run: Run): void {
  const start = run.args.findIndex(
    (arg, index) =>
      !arg.text.startsWith("-") && !/^(?:-c|--context|-l|--log-level|-H|--host)$/.test(run.args[index - 1]?.text ?? ""),
  );
  if (run.args.slice(0, start === -1 ? 0 : start).some((arg) => /^(?:-H|--host|--context|-c|--config)/.test(arg.text)))
    return unknown(run, spelled(run));
  const [first, second, ...others] = start === -1 ? [] : run.args.slice(start);
  if (first === undefined) return;
  const grouped =
    /^(?:container|image|volume|network|system|builder|buildx|manifest|context|plugin|secret|swarm|stack|service|node|config|trust|machine|pod)$/.test(
      first.text,
    );
  if (first.text === "compose") return compose(run, second === undefined ? [] : [second, ...others]);
  const verb = grouped ? second : first;
  const rest = grouped ? others : second === undefined ? [] : [second, ...others];
  if (verb === undefined) return;
  if (verb.kind !== "known" || first.kind !== "known") return unknown(run, spelled(run));
  if (
    /^(?:ps|ls|list|images|logs|inspect|info|version|stats|top|port|diff|history|search|events|df|show|du|wait|attach|--version)$/.test(
      verb.text,
    )
  )
    return look(run);
  if (/^(?:build|bake)$/.test(verb.text)) return build(run, rest);
  if (/^(?:run|create)$/.test(verb.text) && (!grouped || first.text === "container")) return runs(run, rest);
  if (verb.text === "exec") return execs(run, rest);
  if (first.text === "scout" && /^(?:quickview|cves|recommendations|compare)$/.test(second?.text ?? ""))
    return look(run);
  if (
    verb.text === "cp" &&
    rest.length === 2 &&
    /^[\w.-]+:\//.test(rest[0]?.text ?? "") &&
    !/^[\w.-]+:|^-$/.test(rest[1]?.text ?? "-")
  ) {
    if (rest[1] !== undefined) writes(run, rest[1], "folder");
    return look(run);
  }
  if (/^(?:pull|tag|start|stop|restart|pause|unpause|rename|use|kill|load)$/.test(verb.text)) return look(run);
  if (verb.text === "cp" || verb.text === "save") {
    const output = split(rest, "-o --output").options.find((option) => has([option], "-o --output"))?.value;
    const target = verb.text === "cp" ? split(rest).operands[1] : output;
    if (target !== undefined && !/^[\w.-]+:/.test(target.text))
      writes(run, target, verb.text === "cp" ? "folder" : "file");
    for (const path of verb.text === "cp" ? split(rest).operands.slice(0, 1) : [])
      if (!/^[\w.-]+:/.test(path.text)) reads(run, path, true);
    return look(run);
  }
  if (verb.text === "create" && /^(?:volume|network)$/.test(first.text))
    return rest.some((arg) => /device=|o=bind|^(?:-o|--opt)/.test(arg.text) && arg.text !== "type=none")
      ? run.emit({ kind: "container-escape", what: spelled(run) })
      : look(run);
  if (
    verb.text === "rm" &&
    (!grouped || first.text === "container") &&
    rest.every((arg) => arg.kind === "known" && !/^(?:-\w*v|--volumes)$/.test(arg.text))
  )
    return look(run);
  if (verb.text === "rmi" && rest.every((arg) => arg.kind === "known")) return look(run);
  run.emit({ kind: /push|login|sign/.test(verb.text) ? "publish" : "remote-mutation", what: spelled(run) });
}

function build(run: Run, args: readonly Argument[]): void {
  if (args.some((arg) => loose(arg) && /^$/.test(arg.prefix) && !/TAG|SHA|VERSION/i.test(arg.text)))
    return unknown(run, spelled(run));
  if (
    args.some((arg) =>
      /^--push|^--output=.*(?:registry|push=true)|type=registry|push=true|^--cache-to=.*registry/.test(arg.text),
    )
  )
    return run.emit({ kind: "publish", what: spelled(run) });
  if (
    args.some(
      (arg) =>
        /^--(?:allow|privileged|security-opt|ssh)/.test(arg.text) ||
        /^(?:security\.insecure|network\.host)/.test(arg.text),
    )
  )
    run.emit({ kind: "container-escape", what: spelled(run) });
  const { options } = split(args, "--secret --output -o");
  for (const { name, value } of options)
    if (/^(?:--output|-o)$/.test(name) && value !== undefined) {
      const path = /(?:^|,)dest=([^,]*)/.exec(value.text)?.[1] ?? (value.text.includes("=") ? undefined : value.text);
      if (path !== undefined && path !== "-")
        writes(run, value.kind === "known" ? knownArgument(path) : value, "folder");
    }
  for (const { name, value } of options)
    if (name === "--secret" && value)
      for (const [, path = ""] of value.text.matchAll(/src=([^,]+)/g))
        reads(run, { ...value, text: path, prefix: path });
  projectCode(run, spelled(run));
}

/** Options end at the image; what follows belongs to the container. */
function runs(run: Run, args: readonly Argument[]): void {
  const taking = new Set(runValues.replace(" --privileged", "").split(" "));
  let at = 0;
  for (; at < args.length; at += 1) {
    const arg = args[at];
    if (arg === undefined || !arg.prefix.startsWith("-")) break;
    const equals = arg.text.indexOf("=");
    const name = arg.text.startsWith("--") && equals !== -1 ? arg.text.slice(0, equals) : arg.text;
    const next = args[at + 1];
    // Letters without a value may stand in front of one that takes it: -itv /a:/b, -itv/a:/b.
    const group = /^-([itdPqT]*)([vpewulmh])(.*)$/s.exec(arg.text.startsWith("--") ? "" : arg.text);
    const letter = group === null ? name : `-${group[2] ?? ""}`;
    const attached = group !== null && group[3] !== "";
    const value = name !== arg.text ? arg.text.slice(equals + 1) : attached ? (group[3] ?? "") : (next?.text ?? "");
    if (opens(run, letter, value, arg.kind === "known" && next?.kind !== "unknown"))
      return run.emit({ kind: "container-escape", what: spelled(run) });
    if (taking.has(arg.text) || (group !== null && !attached)) at += 1;
  }
  if (args[at]?.kind === "unknown" && args[at]?.prefix === "") return unknown(run, spelled(run));
  look(run);
}

function opens(run: Run, name: string, value: string, known: boolean): boolean {
  if (name === "--rootfs") return true;
  if (name === "--privileged") return value !== "false";
  if (/^--(?:pid|ipc|uts|userns|network|net|cgroupns)$/.test(name))
    return /^host|^container:/.test(value) && !/^--(?:network|net)$/.test(name);
  if (/^--(?:cap-add|security-opt|device|volumes-from)$/.test(name)) return true;
  if (/^(?:-v|--volume)$/.test(name))
    return !known && !/^\$(?:PWD|\{PWD\}|\(pwd\))/.test(value) ? true : protectedFolder(run, value.split(":")[0] ?? "");
  if (name === "--mount") return protectedFolder(run, /(?:source|src)=([^,]+)/.exec(value)?.[1] ?? "x");
  return false;
}

/** The machine's folders, the home and secrets are not for containers; the workspace and named volumes are. */
function protectedFolder(run: Run, path: string): boolean {
  if (/^[A-Za-z0-9][\w.-]*$/.test(path) || /^\$(?:PWD|\{PWD\}|\(pwd\))(?:\/[\w.-]+)*$/.test(path)) return false;
  const { context } = run.scene;
  const text = path.replace(/^~(?=\/|$)/, context.home);
  return run.scene.folders.some((folder) => {
    const { real } = locate(text, folder, context);
    return !isWithin(real, context.workspace) && !(isWithin(real, "/tmp") && real !== "/tmp");
  });
}

function execs(run: Run, args: readonly Argument[]): void {
  const taking = new Set(
    "-e --env --env-file -u --user -w --workdir --index -v --volume -p --publish --name --entrypoint -l --label --cap-add --cap-drop".split(
      " ",
    ),
  );
  let at = 0;
  for (; at < args.length && args[at]?.prefix.startsWith("-") === true; at += 1) {
    const arg = args[at];
    const [, name = "", glued] = /^(--[\w-]+|-[a-zA-Z])=?(.*)$/s.exec(arg?.text ?? "") ?? [];
    const value = glued === undefined || glued === "" ? args[at + 1] : arg;
    if (
      /^(?:-v|--volume|--cap-add)$/.test(name) &&
      opens(run, name, glued || (value?.text ?? ""), value?.kind === "known")
    )
      return run.emit({ kind: "container-escape", what: spelled(run) });
    if (taking.has(arg?.text ?? "")) at += 1;
  }
  if (args.slice(0, at).some((arg) => arg.text === "--privileged"))
    return run.emit({ kind: "container-escape", what: spelled(run) });
  look(run);
  run.command(args[at + 1], args.slice(at + 2));
}

const composeFiles = (options: ReturnType<typeof split>["options"]): string[] => {
  const given = options.flatMap((option) => (/^(?:-f|--file)$/.test(option.name) ? (option.value?.text ?? []) : []));
  return given.length > 0 ? given : ["compose.yaml", "compose.yml", "docker-compose.yml", "docker-compose.yaml"];
};

/** What opens a described container to the machine. */
const openCompose =
  /\bprivileged\s*["']?:\s*["']?(?:true|yes|on|1)|docker\.sock|\b(?:pid|ipc|userns_mode|cgroup|network_mode|uts)["']?\s*:\s*["']?(?:host|container)|\b(?:cap_add|devices|security_opt|volumes_from|extends|include|device)["']?\s*:|[&*]\w+\s*$/m;

/** The paths of the machine that a description mounts. */
const mountsOf = (text: string): string[] => [
  ...[...text.matchAll(/^\s*-\s*["']?([/~.$][^:"'\s]*):/gm)].map(([, path = ""]) => path),
  ...[...text.matchAll(/["'[,]\s*["']?([/~][^:"',\s]*):\//g)].map(([, path = ""]) => path),
  ...[...text.matchAll(/\bsource["']?\s*:\s*["']?([^"'\s,}]+)/g)].map(([, path = ""]) => path),
];

function compose(run: Run, args: readonly Argument[]): void {
  const { options, operands } = split(args, "-f -p --file --profile --project-name --env-file --project-directory");
  const verb = operands[0]?.text ?? "";
  if (options.some((option) => /^(?:-f|--file)$/.test(option.name) && /^(?:-|\/dev\/)/.test(option.value?.text ?? "")))
    return unknown(run, "containers that are described on the input");
  if (operands[0] !== undefined && operands[0].kind !== "known") return unknown(run, spelled(run));
  if (verb === "push") return run.emit({ kind: "publish", what: spelled(run) });
  if (verb === "down" && (has(options, "-v --volumes --rmi") || args.some((arg) => arg.kind !== "known")))
    return run.emit({ kind: "remote-mutation", what: spelled(run) });
  for (const file of composeFiles(options)) {
    const own = madeBy(run, file);
    const opened =
      own.kind === "texts" &&
      own.texts.some((text) => openCompose.test(text) || mountsOf(text).some((path) => protectedFolder(run, path)));
    if (opened)
      return run.emit({ kind: "container-escape", what: `${spelled(run)}, with what this line writes to ${file}` });
    if (own.kind === "unseen" && run.fetched())
      return run.emit({ kind: "execute-unknown", what: `${file}, which this line fetches`, foreign: true });
  }
  if (verb === "exec" || verb === "run") return execs(run, args.slice(args.findIndex((arg) => arg.text === verb) + 1));
  if (/^(?:up|build|down|start|stop|restart|create|pull|watch)$/.test(verb)) return projectCode(run, spelled(run));
  if (/^(?:ps|logs|config|images|top|port|events|ls|version|)$/.test(verb)) return look(run);
  run.emit({ kind: "remote-mutation", what: spelled(run) });
}
