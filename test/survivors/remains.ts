import { readdirSync, readFileSync, readlinkSync } from "node:fs";

/**
 * Living processes that have to do with a folder, as `pid command line`: it is named in their command line or their
 * environment, or they work in it. Found by looking, without anything of the product and without any marker.
 */
export function remainsOf(folder: string): string[] {
  return livingProcesses()
    .filter(({ pid }) => pid !== process.pid)
    .filter(({ command, cwd, environment }) =>
      [...command, cwd, ...environment].some((text) => names(text.replace(/ \(deleted\)$/, ""), folder)),
    )
    .map(({ pid, command }) => `${pid} ${command.join(" ")}`);
}

/** Living processes whose command line has this text. */
export const processesNamed = (text: string): number[] =>
  livingProcesses()
    .filter(({ command }) => command.join(" ").includes(text))
    .map(({ pid }) => pid);

/** Whether a process runs; a zombie does not. */
export const isAlive = (pid: number): boolean => livingProcesses().some((one) => one.pid === pid);

interface Living {
  pid: number;
  command: string[];
  cwd: string;
  environment: string[];
}

function livingProcesses(): Living[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      try {
        const stat = readFileSync(`/proc/${name}/stat`, "utf8");
        if (/^[ZX]/.test(stat.slice(stat.lastIndexOf(")") + 2))) return [];
        const parts = (file: string): string[] =>
          readFileSync(`/proc/${name}/${file}`, "utf8").split("\0").slice(0, -1);
        const cwd = readlinkSync(`/proc/${name}/cwd`);
        return [{ pid: Number(name), command: parts("cmdline"), cwd, environment: parts("environ") }];
      } catch {
        // It ended while we looked, or belongs to somebody else.
        return [];
      }
    });
}

/** The folder itself or something in it; a folder whose name only begins the same is another one. */
function names(text: string, folder: string): boolean {
  const at = text.indexOf(folder);
  return at !== -1 && !/[\w-]/.test(text.charAt(at + folder.length));
}
