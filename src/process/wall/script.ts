import { unreachable } from "../../base/fault.ts";
import type { WallStep } from "./steps.ts";

/** What both layers are made with. */
export interface WallTools {
  bubblewrap: string;
  /** Stands in the place of hidden files. A device would swallow what is written to it, and say nothing. */
  emptyFile: string;
}

/** The program that starts an agent behind the outer layer: `<launcher> COMMAND ARGUMENTS…`. */
export function launcherScript({ bubblewrap, emptyFile }: WallTools, steps: readonly WallStep[]): string {
  return script([
    ...opening(emptyFile),
    "args+=(--unshare-pid --die-with-parent)",
    // Without it the inner layer cannot be put up for root: the kernel asks who hands root on to a new namespace.
    '[ "$EUID" = 0 ] && args+=(--cap-add CAP_SETFCAP)',
    // The kernel's settings belong to the user root, with or without capabilities: one of them names a program to be run.
    "args+=(--ro-bind / / --dev /dev --proc /proc --ro-bind /proc/sys /proc/sys)",
    // Another folder for temporary files would not be writable.
    "export TMPDIR=/tmp",
    // They name sockets that are not there behind the wall.
    "unset XDG_RUNTIME_DIR DBUS_SESSION_BUS_ADDRESS SSH_AUTH_SOCK",
    ...steps.map(stepLine),
    // Bubblewrap stays beside what it starts. It must not hold the agent's output open, or its end would never be told, and
    // not end at a request that is meant for the agent, for then the agent would be killed with it.
    "exec 3>&1 1>/dev/null",
    "trap '' TERM INT HUP",
    `exec ${quoted(bubblewrap)} "\${args[@]}" -- /bin/sh -c 'exec env --default-signal=TERM,INT,HUP "$@" 1>&3 3>&-' agent "$@"`,
  ]);
}

export interface ShellWall {
  steps: readonly WallStep[];
  /** The network is there as long as this file is; looked at anew for each command. */
  networkFlag: string;
  /** Where tools keep what they download, since the user's own folders for that cannot be written. */
  cacheFolder: string;
}

/** The program that runs one shell command behind the inner layer: `<shell> COMMAND`. */
export function shellScript(
  { bubblewrap, emptyFile }: WallTools,
  { steps, networkFlag, cacheFolder }: ShellWall,
): string {
  return script([
    ...opening(emptyFile),
    "args+=(--dev-bind / /)",
    ...steps.map(stepLine),
    `[ -e ${quoted(networkFlag)} ] || args+=(--unshare-net)`,
    `unset ${loginVariables.join(" ")}`,
    `cache=${quoted(cacheFolder)}`,
    ...Object.entries(cacheVariables).map(([name, value]) => `export ${name}="${value}"`),
    `exec ${quoted(bubblewrap)} "\${args[@]}" -- /bin/bash -c "$1"`,
  ]);
}

/** What the agent needs to reach its provider, and usual tokens of the user's: no command gets to see them. */
const loginVariables: readonly string[] = [
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "ANTHROPIC_CUSTOM_HEADERS",
  "ANTHROPIC_FOUNDRY_API_KEY",
  "CLAUDE_CODE_OAUTH_TOKEN",
  "CLAUDE_CODE_CLIENT_KEY_PASSPHRASE",
  "AWS_ACCESS_KEY_ID",
  "AWS_SECRET_ACCESS_KEY",
  "AWS_SESSION_TOKEN",
  "AWS_BEARER_TOKEN_BEDROCK",
  "GOOGLE_APPLICATION_CREDENTIALS",
  "AZURE_CLIENT_SECRET",
  "GH_TOKEN",
  "GITHUB_TOKEN",
  "NPM_TOKEN",
];

/**
 * Variables by which everyday tools can be told where to keep downloads. Not XDG_CACHE_HOME: what is only read there, such as
 * the browsers of a test tool, must still be found.
 */
const cacheVariables: Record<string, string> = {
  npm_config_cache: "$cache/npm",
  YARN_CACHE_FOLDER: "$cache/yarn",
  BUN_INSTALL_CACHE_DIR: "$cache/bun",
  DENO_DIR: "$cache/deno",
  PIP_CACHE_DIR: "$cache/pip",
  UV_CACHE_DIR: "$cache/uv",
  PRE_COMMIT_HOME: "$cache/pre-commit",
  CARGO_HOME: "$cache/cargo",
  CCACHE_DIR: "$cache/ccache",
  GOCACHE: "$cache/go-build",
  GOMODCACHE: "$cache/go-mod",
  GRADLE_USER_HOME: "$cache/gradle",
  MAVEN_ARGS: "${MAVEN_ARGS:-} -Dmaven.repo.local=$cache/maven",
  NUGET_PACKAGES: "$cache/nuget",
};

/** `-p`: no start-up file and no function of the environment takes part. */
const script = (lines: readonly string[]): string => `${["#!/bin/bash -p", ...lines].join("\n")}\n`;

const opening = (emptyFile: string): string[] => [
  "set -u",
  `empty=${quoted(emptyFile)}`,
  "args=(--unshare-user --cap-drop ALL)",
  'write() { if [ -e "$1" ]; then args+=(--bind "$1" "$1"); fi; }',
  'read_only() { if [ -e "$1" ]; then args+=(--ro-bind "$1" "$1"); fi; }',
  'private() { args+=(--tmpfs "$1"); }',
  "hide() {",
  "  local at",
  '  for at in "$@"; do',
  '    if [ -L "$at" ]; then at=$(readlink -f -- "$at"); fi',
  '    if [ -d "$at" ]; then args+=(--tmpfs "$at" --remount-ro "$at")',
  '    elif [ -e "$at" ]; then args+=(--ro-bind "$empty" "$at"); fi',
  "  done",
  "}",
];

function stepLine(step: WallStep): string {
  switch (step.do) {
    case "write":
      return `write ${quoted(step.path)}`;
    case "read":
      return `read_only ${quoted(step.path)}`;
    case "private":
      return `private ${quoted(step.path)}`;
    case "hide":
      return `hide ${step.path.split("*").map(quoted).join("*")}`;
    default:
      return unreachable(step);
  }
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
