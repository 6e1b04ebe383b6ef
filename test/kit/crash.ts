import type { Crash } from "../../src/protocol/crash.ts";

/** A crash without any mark, but for what is said otherwise. */
export const aCrash = (parts: Partial<Crash> = {}): Crash => ({
  at: Date.UTC(2026, 0, 2, 3, 4, 5),
  how: "exception",
  thrown: [{ name: "TypeError", message: "x is not a function", code: null, hint: null, stack: "" }],
  version: "1.2.3",
  system: {
    platform: "linux",
    release: "6",
    arch: "x64",
    node: "26.10.0",
    sqlite: "3.53.4",
    cores: 2,
    uptime_s: 60,
    resident: 200e6,
    memory: { free: 4e9, total: 8e9 },
    disk_free: 80e9,
  },
  workspace: "/w",
  home: "/w/.cyberdeck",
  offline: false,
  runs: [],
  stopped: { isClosed: true, ms: 100 },
  ...parts,
});
