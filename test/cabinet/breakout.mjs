import { spawn } from "node:child_process";

/**
 * Leaves a process behind that has another parent and another session; resolves with its number. The shell between is gone by
 * then, and nothing of ours is open in it.
 */
export function breakOut(env) {
  const between = spawn("/bin/sh", ["-c", "sleep 600 </dev/null >/dev/null 2>&1 & echo $!"], {
    detached: true,
    env,
    stdio: ["ignore", "pipe", "ignore"],
  });
  return new Promise((resolve) => {
    let said = "";
    between.stdout.on("data", (chunk) => (said += chunk));
    between.on("close", () => resolve(said.trim()));
  });
}
