import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A NATS server of a test's own, on a port of its own, with a store of its own. */
export interface NatsServer extends AsyncDisposable {
  readonly port: number;
  /** `nats://127.0.0.1:<port>` */
  readonly url: string;
  /** A folder that goes with the server: for certificates, secrets, downloads. */
  readonly folder: string;
  readonly pid: number;
  /** Ends it without a word; what it has stored stays. */
  kill(): Promise<void>;
  /** Starts it again after that, on the same port: with the same store or as one that has lost it; with other settings or the same. */
  restart(how?: { store?: "kept" | "lost"; settings?: string }): Promise<void>;
}

/** For `describe.each`: the server, or nothing where it is not installed. `.ci/run` installs it. */
export function theServer(what: string): string[] {
  if (spawnSync("nats-server", ["--version"]).status === 0) return ["a NATS server"];
  process.stderr.write(`\nNO nats-server HERE, so nothing is tested of "${what}"\n`);
  return [];
}

/**
 * @param settings more lines of its settings, such as `authorization { token: "x" }`
 * @param jetstream what stands in the braces of `jetstream`; "off": it has none
 */
export async function startNats(
  settings: string | ((folder: string) => string) = "",
  jetstream: string = "",
): Promise<NatsServer> {
  const folder = mkdtempSync(join(existsSync("/dev/shm") ? "/dev/shm" : tmpdir(), "nats-test-"));
  const port = await freePort();
  const file = join(folder, "server.conf");
  const store = join(folder, "store");
  const write = (more: string): void =>
    writeFileSync(
      file,
      [
        `listen: "127.0.0.1:${port}"`,
        ...(jetstream === "off" ? [] : [`jetstream { store_dir: "${store}"\n${jetstream} }`]),
        more,
      ].join("\n"),
    );
  const own = typeof settings === "string" ? settings : settings(folder);
  write(own);
  let server = await started(file).catch((error: unknown) => {
    rmSync(folder, { recursive: true, force: true });
    throw error;
  });
  const kill = async (): Promise<void> => {
    if (server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, "exit");
    server.kill("SIGKILL");
    await gone;
  };
  return {
    port,
    url: `nats://127.0.0.1:${port}`,
    folder,
    get pid() {
      return server.pid ?? 0;
    },
    kill,
    async restart({ store: fate = "kept", settings: others = own } = {}) {
      if (fate === "lost") rmSync(store, { recursive: true, force: true });
      write(others);
      server = await started(file);
    },
    async [Symbol.asyncDispose]() {
      await kill();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

/** The server, to be killed with who has started it where the system has that. */
const command: readonly [string, ...string[]] =
  process.platform === "linux" ? ["setpriv", "--pdeathsig", "KILL", "nats-server"] : ["nats-server"];

/** It says so on its log when it is ready. */
async function started(file: string): Promise<ChildProcess> {
  const [program, ...args] = command;
  const server = spawn(program, [...args, "-c", file], {
    stdio: ["ignore", "ignore", "pipe"],
    env: { PATH: process.env["PATH"] },
  });
  const said: string[] = [];
  const lines = createInterface({ input: server.stderr });
  const ready = new Promise<void>((resolve, reject) => {
    lines.on("line", (line) => {
      if (said.length < 100) said.push(line);
      if (line.includes("Server is ready")) resolve();
    });
    server.on("exit", () => reject(new Error(`nats-server has ended:\n${said.join("\n")}`)));
    server.on("error", reject);
  });
  await ready;
  return server;
}

async function freePort(): Promise<number> {
  const probe = createServer();
  probe.listen(0, "127.0.0.1");
  await once(probe, "listening");
  const address = probe.address();
  probe.close();
  await once(probe, "close");
  return typeof address === "object" && address !== null ? address.port : 0;
}
