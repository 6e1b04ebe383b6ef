import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, test } from "vitest";
import { pause } from "../../src/base/clock.ts";
import { systemTable } from "../../src/process/table.ts";
import type { ProcessTable } from "../../src/process/entry.ts";
import { startChild } from "../../src/process/child.ts";
import { stopBearers, stopTree } from "../../src/process/stop.ts";
import { newMarker, quick, until, workbench } from "./workbench.ts";

const gentle = { graceMs: 5000, termMs: 5000, killMs: 5000 };
const proven = { proven: true, survivors: [] };

test("a child that reads its input to the end is not signalled at all", async () => {
  await using bench = await workbench();
  const child = await bench.sh("trap 'exit 9' TERM; cat >/dev/null; exit 3");
  expect(await stopTree(child, gentle)).toEqual(proven);
  expect(child.exit).toEqual({ how: "code", code: 3 });
});

test("without a grace period the input is left open and the child is told to terminate", async () => {
  await using bench = await workbench();
  const child = await bench.sh("exec cat");
  expect(await stopTree(child, { ...gentle, graceMs: 0 })).toEqual(proven);
  expect(child.exit).toEqual({ how: "signal", signal: "SIGTERM" });
});

test("a child that ignores the end of input and TERM is killed", async () => {
  await using bench = await workbench();
  const child = await bench.sh("trap '' TERM; echo $$ >$BENCH/ready; while :; do sleep 60; done");
  await bench.pid("ready");
  expect(await stopTree(child, { graceMs: 50, termMs: 100, killMs: 5000 })).toEqual(proven);
  expect(child.exit).toEqual({ how: "signal", signal: "SIGKILL" });
});

test("what is left over when the child has gone politely does not stay", async () => {
  await using bench = await workbench();
  const child = await bench.sh("sleep 300 >/dev/null 2>&1 & echo $! >$BENCH/left; cat >/dev/null");
  const left = await bench.pid("left");
  expect(await stopTree(child, gentle)).toEqual(proven);
  expect(child.exit).toEqual({ how: "code", code: 0 });
  expect(await bench.isAlive(left)).toBe(false);
});

const escapes: Record<string, string> = {
  "the members of its group": "sleep 300 & echo $! >$BENCH/left; wait",
  "a child in a session of its own": "setsid sleep 300 & echo $! >$BENCH/left; wait",
  "a nohup job whose shell is gone": "(nohup sleep 300 >/dev/null 2>&1 & echo $! >$BENCH/left); exec sleep 300",
  "an orphan of a double fork in a session of its own":
    "(setsid sh -c '(sleep 300 & echo $! >$BENCH/left)' &); exec sleep 300",
  "a child with a cleared environment": "env -i /bin/sleep 300 & echo $! >$BENCH/left; wait",
  "a child that ignores TERM, below one that does not":
    "sh -c 'trap \"\" TERM; echo $$ >$BENCH/left; while :; do sleep 60; done' & wait",
  "a stopped child": "sleep 300 & kill -STOP $!; echo $! >$BENCH/left; wait",
};

for (const [name, script] of Object.entries(escapes)) {
  test(`a stop ends ${name}`, async () => {
    await using bench = await workbench();
    const child = await bench.sh(script);
    const left = await bench.pid("left");
    expect(await stopTree(child, { graceMs: 0, termMs: 100, killMs: 5000 })).toEqual(proven);
    expect(await bench.isAlive(left)).toBe(false);
  });

  test(`a stop ends ${name}, after the child itself was killed from outside`, async () => {
    await using bench = await workbench();
    const child = await bench.sh(script);
    const left = await bench.pid("left");
    process.kill(child.pid ?? 0, "SIGKILL");
    await child.closed;
    expect(await stopTree(child, quick)).toEqual(proven);
    expect(await bench.isAlive(left)).toBe(false);
  });
}

// All at once: no environment, no parent, no session in common, no file shared, and the child itself is gone.
const vanish =
  "env -i PATH=/usr/bin:/bin BENCH=$BENCH setsid sh -c '(sleep 300 </dev/null >/dev/null 2>&1 & echo $! >$BENCH/left)'";

test("an orphan without environment, parent and session in common is found by the stamp on its limits", async () => {
  await using bench = await workbench();
  const child = await bench.sh(`read task; ${vanish}; exit 0`);
  child.stdin.write("go\n");
  const left = await bench.pid("left");
  await child.closed;
  expect(await stopTree(child, quick)).toEqual(proven);
  expect(await bench.isAlive(left)).toBe(false);
});

test("an orphan that also shed the stamp is found if it was noted while its parent lived", async () => {
  await using bench = await workbench();
  const shed = vanish.replace("sh -c '(", "sh -c 'ulimit -w 1000; (echo $$ >$BENCH/shell; read go <$BENCH/go; ");
  const child = await bench.sh(`read task; mkfifo $BENCH/go; ${shed}; exit 0`);
  child.stdin.write("go\n");
  await bench.pid("shell");
  await child.census.note();
  const opener = await bench.sh("echo go >$BENCH/go");
  const left = await bench.pid("left");
  await Promise.all([child.closed, opener.closed]);
  expect(await stopTree(child, quick)).toEqual(proven);
  expect(await bench.isAlive(left)).toBe(false);
});

test("a loop that forks all the time loses", async () => {
  await using bench = await workbench();
  const child = await bench.sh(
    "trap '' TERM; i=0; while [ $i -lt 4000 ]; do sleep 300 & i=$((i+1)); [ $i = 20 ] && echo $$ >$BENCH/busy; sleep 0.002; done",
  );
  await bench.pid("busy");
  expect(await stopTree(child, { graceMs: 0, termMs: 50, killMs: 10_000 })).toEqual(proven);
  expect((await child.census.look()).alive).toEqual([]);
});

test("two guardians that start each other anew lose, even against a slow stop", async () => {
  await using bench = await workbench();
  const guard = `other=$1; echo $$ >$BENCH/guard$2
# A zombie is not alive, and pid 1 may take its time.
alive() { { read -r line </proc/$1/stat; } 2>/dev/null && case $line in *") Z "*) false;; esac; }
while :; do alive $other || { setsid sh $BENCH/guard.sh $$ 2 & other=$!; }; sleep 0.005; done`;
  const child = await bench.sh(`cat >$BENCH/guard.sh <<'END'\n${guard}\nEND\nexec sh $BENCH/guard.sh 4194999 1`);
  await bench.pid("guard1");
  await bench.pid("guard2");
  const real = systemTable();
  // Between two signals there is more time than a guardian needs to see that the other is gone.
  const slow: ProcessTable = { ...real, find: (pid) => pause(40).then(() => real.find(pid)) };
  expect(await stopTree(child, { graceMs: 0, termMs: 0, killMs: 3000 }, slow)).toEqual(proven);
});

test("what is known when the child ends stays known, though it leaves the session afterwards", async () => {
  await using bench = await workbench();
  const loner = "ulimit -w 1000; echo $$ >$BENCH/left; read go <$BENCH/go; exec setsid sleep 300";
  const child = await bench.sh(
    `read task; mkfifo $BENCH/go; env -i PATH=/usr/bin:/bin BENCH=$BENCH sh -c '${loner}' & read more`,
  );
  child.stdin.write("go\n");
  const left = await bench.pid("left");
  child.stdin.end();
  await child.closed;
  const opener = await bench.sh("echo go >$BENCH/go");
  await opener.closed;
  const table = systemTable();
  await until(async () => (await table.find(left))?.session === left);
  expect(await stopTree(child, quick)).toEqual(proven);
  expect(await bench.isAlive(left)).toBe(false);
});

test("a child is told once to terminate, not once for its group and once for itself", async () => {
  await using bench = await workbench();
  const child = await bench.sh(
    "trap 'echo told >>$BENCH/told' TERM; echo $$ >$BENCH/ready; while :; do sleep 0.01; done",
  );
  await bench.pid("ready");
  const real = systemTable();
  // Two signals in a row are one for the kernel; here there is time between them.
  const slow: ProcessTable = { ...real, find: (pid) => pause(40).then(() => real.find(pid)) };
  await stopTree(child, { graceMs: 0, termMs: 300, killMs: 5000 }, slow);
  expect(await readFile(join(bench.folder, "told"), "utf8")).toBe("told\n");
});

test("a process that hops from fork to fork, each in a new session, loses", async () => {
  await using bench = await workbench();
  const hop = `n=$1; [ $n -gt 3000 ] && exit; [ $n = 20 ] && echo $$ >$BENCH/busy; setsid sh $BENCH/hop.sh $((n+1)) &`;
  const child = await bench.sh(`cat >$BENCH/hop.sh <<'END'\n${hop}\nEND\nsh $BENCH/hop.sh 0; exit 0`);
  await until(async () => (await child.census.look()).alive.length > 0);
  expect(await stopTree(child, { graceMs: 0, termMs: 0, killMs: 20_000 })).toEqual(proven);
  const report = await stopBearers(child.marker, quick);
  expect(report).toEqual(proven);
});

test("a neighbour whose marker only begins alike, and one with another marker, stay alive", async () => {
  await using bench = await workbench();
  const marker = newMarker();
  const child = await bench.sh("sleep 300 & wait", { marker });
  const longer = await bench.sh("exec sleep 300", { marker: { ...marker, value: `${marker.value}e` } });
  const other = await bench.sh("exec sleep 300");
  const mention = await bench.sh(`OTHER=${marker.name}=${marker.value} exec sleep 300`);
  expect(await stopTree(child, quick)).toEqual(proven);
  for (const neighbour of [longer, other, mention]) expect(await bench.isAlive(neighbour.pid ?? 0)).toBe(true);
});

test("a process in the deck's own session stays alive, even with the very marker", async () => {
  await using bench = await workbench();
  const marker = newMarker();
  const own = spawn("/bin/sleep", ["300"], { env: { [marker.name]: marker.value }, stdio: "ignore" });
  bench.owned.push(own.pid ?? 0);
  const child = await bench.sh("exec sleep 300", { marker });
  expect(await stopTree(child, quick)).toEqual(proven);
  expect(await stopBearers(marker, quick)).toEqual(proven);
  expect(own.signalCode).toBeNull();
  expect(await bench.isAlive(own.pid ?? 0)).toBe(true);
});

test("a process that has taken the number of a known one is not signalled", async () => {
  await using bench = await workbench();
  const victim = await bench.sh("exec sleep 300");
  const real = systemTable();
  // At the look, the number belongs to a descendant; at the signal, to the victim.
  const table: ProcessTable = {
    ...real,
    list: async () =>
      (await real.list()).map((entry) =>
        entry.pid === victim.pid ? { ...entry, parent: child.pid ?? 0, started: entry.started + 1_000_000 } : entry,
      ),
  };
  const child = await bench.sh("exec sleep 300", { table });
  const report = await stopTree(child, { graceMs: 0, termMs: 10, killMs: 50 }, table);
  expect(report.proven).toBe(false);
  expect(report.survivors.map(({ pid }) => pid)).toEqual([victim.pid]);
  expect(await bench.isAlive(victim.pid ?? 0)).toBe(true);
  expect(victim.exit).toBeUndefined();
});

test("what cannot be killed is named, and the stop is not called proven", async () => {
  await using bench = await workbench();
  const real = systemTable();
  const ghost = (parent: number) => ({
    pid: 4_194_999,
    started: Number.MAX_SAFE_INTEGER,
    parent,
    group: 4_194_999,
    session: 4_194_999,
    alive: true,
    command: "ghost",
  });
  let isHaunted = true;
  const table: ProcessTable = {
    ...real,
    list: async () => [...(await real.list()), ...(isHaunted ? [ghost(child.pid ?? 0)] : [])],
  };
  const child = await bench.sh("exec sleep 300", { table });
  const report = await stopTree(child, { graceMs: 0, termMs: 10, killMs: 50 }, table);
  expect(report).toEqual({ proven: false, survivors: [{ pid: 4_194_999, command: "ghost" }] });
  isHaunted = false;
  expect(await stopTree(child, quick, table)).toEqual(proven);
});

test("a process table that cannot be read proves nothing, but the child's own group is killed", async () => {
  await using bench = await workbench();
  const real = systemTable();
  let isBlind = true;
  const table: ProcessTable = {
    ...real,
    list: () => (isBlind ? Promise.reject(new Error("no file handle left")) : real.list()),
  };
  const child = await bench.sh("sleep 300 & echo $! >$BENCH/left; wait", { table });
  const left = await bench.pid("left");
  expect(await stopTree(child, { graceMs: 0, termMs: 0, killMs: 50 }, table)).toEqual({ proven: false, survivors: [] });
  expect(await child.closed).toEqual({ how: "signal", signal: "SIGKILL" });
  await until(async () => !(await bench.isAlive(left)));
  isBlind = false;
});

test("two calls share one stop, and the second can make it hurry", async () => {
  await using bench = await workbench();
  const child = await bench.sh("trap '' TERM; echo $$ >$BENCH/ready; while :; do sleep 60; done");
  await bench.pid("ready");
  const first = stopTree(child, { graceMs: 10 * 60_000, termMs: 10 * 60_000, killMs: 5000 });
  const second = stopTree(child, quick);
  expect(second).toBe(first);
  expect(await second).toEqual(proven);
});

test("a stop after the end, and one more, find nothing and are proven", async () => {
  await using bench = await workbench();
  const child = await bench.sh("exit 4");
  await child.closed;
  expect(await stopTree(child, gentle)).toEqual(proven);
  expect(await stopTree(child, quick)).toEqual(proven);
  expect(child.exit).toEqual({ how: "code", code: 4 });
});

test("stopping a child that never started is proven at once", async () => {
  await using bench = await workbench();
  const child = startChild({ command: "/no/such/agent", args: [], cwd: bench.folder, env: {}, marker: newMarker() });
  expect(await stopTree(child, gentle)).toEqual(proven);
  expect(await child.closed).toMatchObject({ how: "never", fault: { code: "process.command_missing" } });
});

test("what a dead deck left behind is found by its marker alone", async () => {
  await using bench = await workbench();
  const child = await bench.sh(
    "setsid sleep 300 & echo $! >$BENCH/one; env -i setsid /bin/sleep 300 & echo $! >$BENCH/two; wait",
  );
  const left = [child.pid ?? 0, await bench.pid("one"), await bench.pid("two")];
  expect(await stopBearers(child.marker, { termMs: 100, killMs: 5000 })).toEqual(proven);
  for (const pid of left) expect(await bench.isAlive(pid)).toBe(false);
});
