import { readdirSync, readFileSync } from "node:fs";
import { errnoOf } from "../base/fault.ts";
import { blockCarries, stampOf } from "./marker.ts";
import type { ProcessEntry, ProcessTable } from "./entry.ts";

/**
 * Reads `/proc`. It reads synchronously on purpose: these files are made by the kernel in microseconds, a whole look takes
 * one or two milliseconds, and between a look and the signal that follows from it nothing else of ours may run.
 */
export function linuxTable(): ProcessTable {
  return {
    list: async () => readdirSync("/proc").flatMap((name) => (/^\d+$/.test(name) ? (entryOf(Number(name)) ?? []) : [])),
    find: async (pid) => {
      const entry = entryOf(pid);
      return entry && { ...entry, command: commandLine(pid) ?? entry.command };
    },
    carriers: async (candidates, marker) => {
      const stamp = stampOf(marker);
      return candidates.filter(
        ({ pid }) => carriesStamp(pid, stamp) || blockCarries(read(pid, "environ") ?? "", marker),
      );
    },
  };
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

function carriesStamp(pid: number, stamp: string): boolean {
  const line = /^Max file locks +(\S+)/m.exec(read(pid, "limits") ?? "");
  return line?.[1] === stamp;
}

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
