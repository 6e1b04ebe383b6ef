import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, renameSync, statSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { pause } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import { oneLine } from "../base/text.ts";
import { hostEnvironment } from "../drivers/claude/environment.ts";
import type { DeckOptions } from "../host/deck-options.ts";
import { faultOf } from "../host/door/wire.ts";
import { ensureHome } from "../store/home.ts";
import type { Process } from "./around.ts";

/** Beside this file, as source or built. */
const program = fileURLToPath(new URL(`./cyberdeck${extname(import.meta.url)}`, import.meta.url));

/** What a host tells whoever has started it, once. */
const newsSchema = z.union([
  z.object({ ready: z.literal(true) }),
  z.object({
    fault: z.object({
      kind: z.enum(["usage", "setup", "agent", "refused", "storage", "internal"]),
      code: z.string(),
      message: z.string(),
      hint: z.string().optional(),
      facts: z.record(z.string(), z.unknown()),
    }),
  }),
]);

/** For a host to say that it is ready, milliseconds: an agent is looked for and strays of a dead host are ended before. */
const readyMs = 30_000;

/** For one that has said why it does not start to be gone, milliseconds. */
const goneMs = 5000;

/**
 * Starts the host of a home in a session of its own. Undefined when it is ready; otherwise why it is not, in its own words where it
 * has said any.
 */
export async function startHost(options: DeckOptions, { env }: Process): Promise<Fault | undefined> {
  const { home, workspace, offline, claudeBin, hub } = options;
  ensureHome(home);
  const log = join(home, "host.log");
  const output = openLog(log);
  const child = spawn(
    process.execPath,
    [
      program,
      "host",
      "--workspace",
      workspace,
      "--home",
      home,
      ...(offline ? ["--offline"] : []),
      ...(claudeBin === undefined ? [] : ["--claude-bin", claudeBin]),
      ...(hub === undefined ? [] : ["--hub", hub.urls.join(",")]),
      ...(hub?.fleet === undefined ? [] : ["--fleet", hub.fleet]),
    ],
    { detached: true, cwd: workspace, env: hostEnvironment(env, offline), stdio: ["ignore", output, output, "ipc"] },
  );
  closeSync(output);
  const news = Promise.withResolvers<Fault | undefined>();
  child.once("message", (message) => {
    const told = newsSchema.safeParse(message);
    if (!told.success) news.resolve(notStarted(log, "it has said something that this version cannot read"));
    else news.resolve("ready" in told.data ? undefined : faultOf(told.data.fault));
  });
  child.once("error", (error) => news.resolve(notStarted(log, error.message)));
  const gone = new AbortController();
  child.once("exit", (code, signal) => {
    gone.abort();
    news.resolve(notStarted(log, `it ended with ${signal ?? `code ${code}`}`));
  });
  const bound = new AbortController();
  const late = async (): Promise<Fault> => {
    await pause(readyMs, bound.signal);
    if (!bound.signal.aborted) child.kill("SIGTERM");
    return notStarted(log, `it was not ready within ${readyMs / 1000} s`);
  };
  const fault = await Promise.race([news.promise, late()]);
  bound.abort();
  if (child.connected) child.disconnect();
  // One that did not start leaves nothing behind.
  if (fault !== undefined && child.pid !== undefined) await pause(goneMs, gone.signal);
  child.unref();
  return fault;
}

/** The most bytes of a host's log when the next one begins; with the one before it, at most twice as much is kept. */
const mostLogBytes = 512 * 1024;

function openLog(path: string): number {
  const size = statSync(path, { throwIfNoEntry: false })?.size ?? 0;
  if (size > mostLogBytes) renameSync(path, `${path}.1`);
  return openSync(path, "a", 0o600);
}

function notStarted(log: string, why: string): Fault {
  const last = lastLine(log);
  return new Fault("setup", "host.not_started", `the host did not start: ${why}${last === "" ? "" : ` (${last})`}`, {
    hint: `Its log is ${log}. Without a host: add --embedded.`,
  });
}

function lastLine(path: string): string {
  try {
    return oneLine(readFileSync(path, "utf8").trim().split("\n").at(-1) ?? "", 300);
  } catch {
    // It has written nothing: the reason stands without it.
    return "";
  }
}
