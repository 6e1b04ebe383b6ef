import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import details from "../../../../package.json" with { type: "json" };
import { openDoor } from "../../../../src/host/door/door.ts";
import type { HostStatus } from "../../../../src/protocol/host.ts";
import { scriptedDeck, type ScriptedDeck } from "../../cli/scripted-deck.ts";

/** A scripted deck behind the real door of a host: the real program attaches to it in a process of its own. */
export interface FarDeck {
  deck: ScriptedDeck;
  home: string;
  /** The arguments with which the program opens its cockpit, and its environment. */
  args: string[];
  env: Record<string, string>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function farDeck(): Promise<FarDeck> {
  const folder = mkdtempSync(join(tmpdir(), "cockpit-far-"));
  const home = join(folder, "home");
  mkdirSync(home);
  const status: HostStatus = {
    pid: process.pid,
    started: null,
    kind: "host",
    home,
    workspace: folder,
    since: Date.now(),
    version: details.version,
    agent: { path: null, version: null },
    offline: true,
    claude_bin: null,
    hub: null,
    provider: "offline",
    pool: { ready: 0, starting: 0 },
    runs: [],
    faces: 1,
    seq: 0,
    closing: false,
    today_usd: 0,
    idle_ms: 900_000,
  };
  const deck = scriptedDeck({ status, workspace: folder });
  const door = await openDoor({ home, port: deck.port, version: details.version });
  return {
    deck,
    home,
    args: ["cockpit", "--offline", "--home", home, "--workspace", folder],
    env: { PATH: process.env["PATH"] ?? "", HOME: folder, TMPDIR: folder, TERM: "xterm-256color" },
    async [Symbol.asyncDispose]() {
      await deck.close();
      await door.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
