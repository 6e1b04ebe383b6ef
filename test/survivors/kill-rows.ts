import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A process notes its number, and sleeps; it ends by itself in any case. */
const noted = "echo $$ >>pids; exec sleep 170";

/**
 * Ways in which a command leaves processes behind, each as a shell script that runs in a folder of its own. Whatever it starts
 * writes its number into `pids` there and ends by itself within three minutes.
 */
export const killRows = {
  "background jobs": `sh -c '${noted}' & sh -c '${noted}' &`,
  nohup: `nohup sh -c '${noted}' >/dev/null 2>&1 &`,
  "a session of its own": `setsid sh -c '${noted}' &`,
  "a double fork": `setsid sh -c 'sh -c "echo \\$\\$ >>pids; exec sleep 170" & exit 0'`,
  "a cleared environment": `env -i /bin/sh -c '${noted}' & env -i setsid /bin/sh -c '${noted}' &`,
  "a child that ignores TERM": `sh -c 'trap "" TERM INT HUP; echo $$ >>pids; sleep 170; sleep 1' &`,
  "a forking loop": `(n=0; while [ $n -lt 3000 ]; do n=$((n+1)); sh -c 'echo $$ >>pids; exec sleep 4' & sleep 0.05; done) &`,
  "a daemon that has cut all ties": `p=$PWD/pids; (cd / && env -i setsid nohup sh -c "echo \\$\\$ >>$p; exec sleep 170" </dev/null >/dev/null 2>&1 &)`,
  "another name": `bash -c 'echo $$ >>pids; exec -a "[kworker/0:1]" sleep 170' &`,
  "a hop from session to session": `cat >hop.sh <<'HOP'
echo $$ >>pids
[ "$1" -gt 0 ] || exit 0
sleep 0.05
setsid sh hop.sh $(($1 - 1)) &
HOP
setsid sh hop.sh 2500 &`,
} as const;
export type KillRow = keyof typeof killRows;

/** Puts the script of a row into a folder, which is made; gives the command that runs it for three minutes. */
export function layOut(row: KillRow, folder: string): string {
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "row.sh"), `cd '${folder}'\n${killRows[row]}\necho $$ >>pids\nsleep 170 & wait\n`);
  return `sh '${join(folder, "row.sh")}'`;
}

/** The numbers that the processes of a row have noted until now. */
export function pidsOf(folder: string): number[] {
  try {
    const lines = readFileSync(join(folder, "pids"), "utf8").split("\n").slice(0, -1);
    return lines.map(Number).filter((pid) => Number.isInteger(pid) && pid > 1);
  } catch {
    // Nothing has been started yet.
    return [];
  }
}

/** How many processes a row has at least, once all of it is there. */
export const leastOf = (row: KillRow): number =>
  row === "background jobs" || row === "a cleared environment" || row === "a forking loop" ? 3 : 2;
