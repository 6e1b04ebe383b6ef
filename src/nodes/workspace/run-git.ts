import { spawn } from "node:child_process";
import type { Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { errnoOf, Fault } from "../../base/fault.ts";
import { inert } from "../../base/text.ts";
import { count } from "../../base/units.ts";
import { tail } from "../../process/tail.ts";

export interface GitCall {
  args: readonly string[];
  cwd: string;
  /** The whole environment; nothing is inherited. */
  env: Record<string, string>;
  /** Ended with all that it has started when it takes longer, milliseconds. */
  timeoutMs: number;
  input?: Readable | Buffer | string | undefined;
  /** Where its output goes; without it, the output is the answer. */
  sink?: Writable;
  /** The longest answer, bytes. */
  mostBytes?: number;
  /** Exit codes that are answers, too. */
  codes?: readonly number[];
  signal?: AbortSignal | undefined;
}

export interface GitAnswer {
  code: number;
  out: Buffer;
  /** The last of what it said on its error output, as shown. */
  said: string;
}

/**
 * Runs git, bounded in time and output. Rejects with a fault that has git's words when it fails, is missing, takes too long or says too
 * much; then it has been sent a KILL with its whole group, unless git itself had ended before: its number may be another's by then.
 */
export async function runGit(call: GitCall): Promise<GitAnswer> {
  const { args, mostBytes = 64 * 2 ** 20, codes = [0] } = call;
  const over = AbortSignal.timeout(call.timeoutMs);
  const stop = call.signal === undefined ? over : AbortSignal.any([over, call.signal]);
  const what = `git ${args[0] ?? ""}`;
  if (stop.aborted) throw stopped(what, call, over);
  // A group of its own, so that what it starts itself can be ended with it.
  const child = spawn("git", args, { cwd: call.cwd, env: call.env, detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const end = Promise.withResolvers<number>();
  let failure: unknown;
  const kill = (why: unknown): void => {
    failure ??= why;
    // Something that it has left behind may hold them for ever.
    child.stdout.destroy();
    child.stderr.destroy();
    try {
      // Once it is reaped, the number may be another's.
      if (child.pid !== undefined && child.exitCode === null && child.signalCode === null)
        process.kill(-child.pid, "SIGKILL");
    } catch (error) {
      // Gone by itself in the meantime.
      if (errnoOf(error) !== "ESRCH") failure = error;
    }
  };
  const stopNow = (): void => kill(stopped(what, call, over));
  stop.addEventListener("abort", stopNow, { once: true });
  child.on("error", (error) => end.reject(errnoOf(error) === "ENOENT" ? missing(error) : error));
  child.on("close", (code) => end.resolve(code ?? -1));
  child.stdin.on("error", () => "it did not want to read all of it; its exit tells why");
  const errors = tail(child.stderr, 8192);

  const parts: Buffer[] = [];
  let bytes = 0;
  if (call.sink === undefined)
    child.stdout.on("data", (chunk: Buffer) => {
      bytes += chunk.length;
      if (bytes > mostBytes) kill(tooMuch(what, mostBytes));
      else parts.push(chunk);
    });
  const drained = call.sink === undefined ? undefined : pipeline(child.stdout, call.sink).catch(kill);
  feed(child.stdin, call.input, kill);
  try {
    const code = await end.promise;
    await drained;
    if (failure !== undefined) throw failure;
    const said = inert(errors.text()).trim();
    if (!codes.includes(code)) throw failed(what, code, said);
    return { code, out: Buffer.concat(parts), said };
  } finally {
    stop.removeEventListener("abort", stopNow);
  }
}

function feed(stdin: Writable, input: GitCall["input"], onError: (error: unknown) => void): void {
  if (input === undefined || typeof input === "string" || Buffer.isBuffer(input)) {
    stdin.end(input);
    return;
  }
  input.on("error", onError);
  input.pipe(stdin);
  stdin.on("close", () => input.destroy());
}

const missing = (cause: unknown): Fault =>
  new Fault("setup", "git.missing", "git is not installed here, or not on the path", {
    hint: "Install git 2.34 or newer, for example: apt-get install git",
    cause,
  });

function stopped(what: string, { timeoutMs, signal }: GitCall, over: AbortSignal): Fault {
  if (!over.aborted && signal?.aborted === true)
    return new Fault("refused", "git.stopped", `${what} was stopped before it was done`, { hint: "Start it again." });
  return new Fault("setup", "git.too_slow", `${what} took longer than ${count(timeoutMs / 1000, "second")}`, {
    hint: "Look whether the disk is busy or the repository very large; a shared path needs no copy of it.",
  });
}

const tooMuch = (what: string, bytes: number): Fault =>
  new Fault("setup", "git.too_much", `${what} said more than ${bytes} bytes`, {
    hint: "The repository has more files or changes than fit here. Use a shared path for it.",
  });

const failed = (what: string, code: number, said: string): Fault =>
  new Fault("setup", "git.failed", `${what} failed: ${said === "" ? `it ended with ${code} and said nothing` : said}`, {
    facts: { code },
    hint: "Look at what git said. `git fsck` in that repository finds what is broken.",
  });
