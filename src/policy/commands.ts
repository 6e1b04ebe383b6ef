import { basename, dirname } from "node:path";
import type { Argument } from "./argument.ts";
import { buildCommands } from "./commands/build.ts";
import { changingCommands } from "./commands/changing.ts";
import { packageCommands } from "./commands/packages.ts";
import { git } from "./commands/git.ts";
import { readingCommands } from "./commands/reading.ts";
import type { CommandRule } from "./commands/rule.ts";
import { searchCommands } from "./commands/search.ts";
import { unwrap } from "./commands/wrappers.ts";
import type { Scene } from "./context.ts";
import { inWorkspace } from "./paths.ts";
import { refuse, type Refusal } from "./refusal.ts";

/** Wrappers around wrappers are unwrapped this far. */
const deepestWrapping = 8;

/** May this simple command run? Its name must be on the list of its tier, and its arguments must keep to the name's rule. */
export function judgeCommand(name: Argument, args: readonly Argument[], scene: Scene, depth = 0): Refusal | undefined {
  if (name.kind !== "known" || name.text === "")
    return refuse("shell.dynamic", `The command ${name.text || '""'} is not known before it runs; write its name out.`);
  if (depth > deepestWrapping)
    return refuse("shell.wrapping", "Too many commands around one another; call it directly.");
  const plain = plainName(name, scene);
  if (typeof plain !== "string") return plain;
  const inner = unwrap(plain, args);
  if (inner !== undefined) {
    if ("rule" in inner) return inner;
    return inner.name === undefined ? undefined : judgeCommand(inner.name, inner.args, scene, depth + 1);
  }
  const reading = tables.reading.get(plain);
  if (reading !== undefined) return reading(args, scene);
  const changing = tables.changing.get(plain);
  if (changing === undefined) return unlisted(plain);
  if (scene.context.tier === "paranoid")
    return refuse("tier.paranoid", `The paranoid tier allows reading only, and ${plain} may change or run something.`);
  return changing(args, scene);
}

const tables = {
  reading: new Map<string, CommandRule>([...Object.entries({ ...readingCommands, ...searchCommands }), ["git", git]]),
  changing: new Map<string, CommandRule>(Object.entries({ ...changingCommands, ...packageCommands, ...buildCommands })),
};

/** A name without its folder, where the folder is one of the system's or the project's own tools. */
function plainName(name: Argument, scene: Scene): string | Refusal {
  if (!name.text.includes("/")) return name.text;
  if (/^\/(?:usr\/(?:local\/)?)?bin\/[^/]+$/.test(name.text)) return basename(name.text);
  const tool = basename(name.text);
  if (dirname(name.text).endsWith("node_modules/.bin") && tool in buildCommands)
    return inWorkspace({ ...name, text: dirname(name.text) }, scene) ?? tool;
  return refuse(
    "command.path",
    `${name.text}: programs may not be called by a path; run scripts with node, python or npm run.`,
  );
}

function unlisted(name: string): Refusal {
  const advice = instead.find(([names]) => names.split(" ").includes(name))?.[1];
  return refuse("command.unlisted", `${name} is not on the list of allowed commands. ${advice ?? defaultAdvice}`);
}

const defaultAdvice =
  "Allowed are reading commands (ls, cat, grep, rg, find, jq, git log, …), mkdir, touch, cp, mv and rm inside the " +
  "workspace, and the project's build and test tools (npm test, npm run, tsc, pytest, cargo, go, make).";

/** For commands that models often reach for: the nearest way that is open. */
const instead: readonly (readonly [names: string, advice: string])[] = [
  ["sudo su doas pkexec", "Nothing may run with other rights; work with what this user may do."],
  ["bash sh zsh dash fish eval source . exec", "Write the commands directly, without a shell around them."],
  ["curl wget", "Use the WebFetch tool for public pages; nothing else may use the network."],
  ["ssh scp rsync nc ncat telnet", "Remote machines are out of reach; work on the files in the workspace."],
  [
    "npx bunx",
    "Run the tool through an npm script (npm run NAME), or directly if it is tsc, vitest, eslint or prettier.",
  ],
  [
    "awk gawk mawk perl ruby php",
    "Use cut, sed -n, grep, sort or jq, or put a script in the workspace and run it with node or python.",
  ],
  ["dd truncate ln install tar unzip zip", "Use cp, mv, mkdir and the Write tool inside the workspace."],
  ["chmod chown chgrp", "Rights of files stay as they are; run a script as `node FILE` or `python FILE`."],
  ["kill pkill killall", "Processes may not be signalled; bound a command with `timeout N COMMAND` instead."],
  ["nohup setsid disown", "Nothing may outlive its call; use a plain & and wait."],
  ["trap alias unalias shopt builtin declare typeset let mapfile readarray enable", "Write plain commands instead."],
  [
    "docker kubectl terraform aws gcloud az helm",
    "Containers and clouds are out of reach of this tier; report what you would do.",
  ],
  ["python2 pip pip3 uv poetry", "Run python on a file of the workspace; ask the netrunner to install packages."],
];
