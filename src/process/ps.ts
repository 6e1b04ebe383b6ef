import { execFile } from "node:child_process";
import { blockCarries, type Marker } from "./marker.ts";
import type { ProcessEntry, ProcessTable } from "./entry.ts";

/**
 * Reads the process table through `ps`, for platforms without `/proc`.
 * Tested against procps on Linux, whose columns are the same. Untested: macOS itself, that is, whether its `ps -E` shows the
 * environment of every process of the user (it hides that of protected system programs), and the speed there.
 * There are no sessions in it, start times have a resolution of one second, and no stamp is looked for.
 */
export function psTable(flags: PsFlags): ProcessTable {
  return {
    list: async () => parseAll(await ps([...flags.all, "-o", columns])),
    find: async (pid) => parseAll(await ps(["-ww", "-o", columns, "-p", String(pid)]))[0],
    carriers: async (candidates, marker) => {
      const shown = new Map<number, string>();
      for (const line of (await ps([...flags.environment, "-o", "pid=,command="])).split("\n")) {
        const match = /^\s*(\d+) (.*)$/.exec(line);
        if (match?.[1] !== undefined) shown.set(Number(match[1]), match[2] ?? "");
      }
      return candidates.filter((entry) => showsMarker(shown.get(entry.pid) ?? "", entry.command, marker));
    },
  };
}

/** How this `ps` is asked for all processes, and for all with their environments. */
export interface PsFlags {
  all: string[];
  environment: string[];
}

export const bsdFlags: PsFlags = { all: ["-axww"], environment: ["-axEww"] };
export const procpsFlags: PsFlags = { all: ["-axww"], environment: ["axeww"] };

const columns = "pid=,ppid=,pgid=,stat=,lstart=,command=";
const line = /^\s*(\d+)\s+(\d+)\s+(\d+)\s+(\S+)\s+\S+\s+(\S+\s+\d+\s+[\d:]+\s+\d+)\s(.*)$/;

/** Parses one line of `ps -o pid=,ppid=,pgid=,stat=,lstart=,command=`. */
export function parsePsLine(text: string): ProcessEntry | undefined {
  const [, pid, parent, group, state, start, command] = line.exec(text) ?? [];
  if (start === undefined || state === undefined) return undefined;
  const started = Date.parse(`${start} UTC`);
  if (Number.isNaN(started)) return undefined;
  return {
    pid: Number(pid),
    parent: Number(parent),
    group: Number(group),
    session: undefined,
    started,
    alive: !/^[ZX]/.test(state),
    command: (command ?? "").trim(),
  };
}

const parseAll = (text: string): ProcessEntry[] => text.split("\n").flatMap((each) => parsePsLine(each) ?? []);

/** The environment stands behind the arguments; a marker among the arguments themselves (`grep NAME=VALUE`) says nothing. */
function showsMarker(shown: string, command: string, marker: Marker): boolean {
  if (!shown.startsWith(command)) return false;
  return blockCarries(`${shown.slice(command.length).trim().replaceAll(" ", "\0")}\0`, marker);
}

/** Fixed language and time zone: the date is parsed, and a change to summer time must not change an identity. */
const environment = { PATH: "/bin:/usr/bin", LC_ALL: "C", TZ: "UTC0" };

function ps(args: string[]): Promise<string> {
  const { promise, resolve } = Promise.withResolvers<string>();
  execFile("ps", args, { env: environment, timeout: 2000, maxBuffer: 64 * 2 ** 20 }, (_error, stdout) => {
    // `ps -p` of a process that is gone fails, with nothing written; a partial table is still a table.
    resolve(stdout);
  });
  return promise;
}
