import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, onTestFinished, test } from "vitest";
import { readMemory } from "../../src/process/memory.ts";

/** A machine as its files tell it. */
function machine(files: Record<string, string>): string {
  const root = mkdtempSync(join(tmpdir(), "memory-test-"));
  onTestFinished(() => rmSync(root, { recursive: true, force: true }));
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
  return root;
}

const meminfo = "MemTotal:       8000000 kB\nMemFree:         100000 kB\nMemAvailable:   5000000 kB\n";
const ofMachine = { free: 5_000_000 * 1024, total: 8_000_000 * 1024 };

const group = (path: string, max: string, current: string, stat = "") => ({
  [`sys/fs/cgroup${path}/memory.max`]: `${max}\n`,
  [`sys/fs/cgroup${path}/memory.current`]: `${current}\n`,
  [`sys/fs/cgroup${path}/memory.stat`]: stat,
});

describe("the memory that there is", () => {
  test("is unknown where the system does not tell, instead of none", () => {
    expect(readMemory(machine({}))).toBeUndefined();
    expect(readMemory(machine({ "proc/meminfo": "MemTotal: a lot\n" }))).toBeUndefined();
  });

  test("is what the machine has available, not what is merely free", () => {
    expect(readMemory(machine({ "proc/meminfo": meminfo }))).toEqual(ofMachine);
  });

  test("is bounded by the limit of the own control group, whose file cache does not count as used", () => {
    const files = {
      "proc/meminfo": meminfo,
      "proc/self/cgroup": "0::/user.slice/deck\n",
      ...group("/user.slice/deck", "2000000000", "1500000000", "anon 7\ninactive_file 300000000\nactive_file 9\n"),
    };
    expect(readMemory(machine(files))).toEqual({ free: 800_000_000, total: 2_000_000_000 });
  });

  test("is bounded by the tightest of the groups around it, and by the root of a container's own name space", () => {
    const outer = {
      "proc/self/cgroup": "0::/a/b\n",
      ...group("/a/b", "max", "5"),
      ...group("/a", "3000", "2500"),
    };
    expect(readMemory(machine({ "proc/meminfo": meminfo, ...outer }))).toEqual({ free: 500, total: 3000 });
    const container = { "proc/self/cgroup": "0::/\n", ...group("", "4000", "3000") };
    expect(readMemory(machine({ "proc/meminfo": meminfo, ...container }))).toEqual({ free: 1000, total: 4000 });
  });

  test("is never less than nothing, and a group without a limit is no bound", () => {
    const over = { "proc/self/cgroup": "0::/a\n", ...group("/a", "1000", "1200") };
    expect(readMemory(machine({ "proc/meminfo": meminfo, ...over }))).toEqual({ free: 0, total: 1000 });
    const unlimited = { "proc/self/cgroup": "0::/a\n", ...group("/a", "max", "1200") };
    expect(readMemory(machine({ "proc/meminfo": meminfo, ...unlimited }))).toEqual(ofMachine);
  });
});
