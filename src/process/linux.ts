import { readdirSync, readFileSync } from "node:fs";
import { setImmediate as nextTurn } from "node:timers/promises";
import { errnoOf } from "../base/fault.ts";
import { blockCarries, stampOf } from "./marker.ts";
import type { ProcessEntry, ProcessTable } from "./entry.ts";

/**
 * Reads `/proc`, synchronously on purpose: these files are made by the kernel in microseconds, and between a look at a process
 * and the signal that follows from it nothing else of ours may run. Give one table to all children: who asks for a list while
 * another is about to be made shares it (it is always made after the question), and so twenty stops cost what one costs.
 */
export function linuxTable(): ProcessTable {
  let coming: Promise<ProcessEntry[]> | undefined;
  /** What was read about each process since the last list. */
  let looked = new Map<number, Signs>();

  const list = async (): Promise<ProcessEntry[]> => {
    await nextTurn();
    coming = undefined;
    looked = new Map();
    return readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (entryOf(Number(name)) ?? []) : []));
  };
  const signsOf = ({ pid }: ProcessEntry): Signs => {
    const signs = looked.get(pid) ?? { stamp: stampIn(read(pid, "limits")), environment: read(pid, "environ") };
    looked.set(pid, signs);
    return signs;
  };

  return {
    list: () => (coming ??= list()),
    find: async (pid) => {
      const entry = entryOf(pid);
      return entry && { ...entry, command: commandLine(pid) ?? entry.command };
    },
    carriers: async (candidates, marker) => {
      const stamp = stampOf(marker);
      return candidates.filter((entry) => {
        const signs = signsOf(entry);
        return signs.stamp === stamp || blockCarries(signs.environment ?? "", marker);
      });
    },
  };
}

interface Signs {
  stamp: string | undefined;
  environment: string | undefined;
}

/** Parses one line of `/proc/PID/stat`. The name in brackets is the program's choice: it may hold blanks and brackets. */
export function parseStat(text: string): ProcessEntry | undefined {
  const open = text.indexOf("(");
  const close = text.lastIndexOf(")");
  if (open === -1 || close === -1) return undefined;
  const fields = text.slice(close + 2).split(" ");
  const number = (position: number): number => Number(fields[position]);
  // Positions are those of proc_pid_stat(5), less three: pid, name and the offset of one.
  if ((number(6) & kernelThread) !== 0) return undefined;
  const entry = {
    pid: Number(text.slice(0, open)),
    parent: number(1),
    group: number(2),
    session: number(3),
    started: number(19),
    // The first thread of a program may be over while others run: then the process is alive, whatever its letter.
    alive: !(fields[0] === "Z" || fields[0] === "X") || number(17) > 1,
    command: text.slice(open + 1, close),
  };
  return Number.isInteger(entry.pid) && Number.isFinite(entry.started) ? entry : undefined;
}

/** PF_KTHREAD of the kernel's sched.h. */
const kernelThread = 0x00200000;

function entryOf(pid: number): ProcessEntry | undefined {
  const text = read(pid, "stat");
  return text === undefined ? undefined : parseStat(text);
}

const stampIn = (limits: string | undefined): string | undefined => /^Max file locks +(\S+)/m.exec(limits ?? "")?.[1];

function commandLine(pid: number): string | undefined {
  const text = read(pid, "cmdline")?.replaceAll("\0", " ").trim();
  return text === undefined || text === "" ? undefined : text.slice(0, 300);
}

function read(pid: number, file: string): string | undefined {
  try {
    return readFileSync(`/proc/${pid}/${file}`, "utf8");
  } catch (error) {
    // Gone since the listing, or of another user: there is nothing to see. Anything else (no file handle left) must not pass
    // for "no such process", or a stop would call itself proven.
    if (["ENOENT", "ESRCH", "EACCES", "EPERM"].includes(errnoOf(error) ?? "")) return undefined;
    throw error;
  }
}
