import { watch } from "node:fs";
import { pause, systemClock } from "../base/clock.ts";
import { Fault } from "../base/fault.ts";
import type { DeckOptions } from "../host/deck-options.ts";
import { attach } from "../host/door/attach.ts";
import type { Port } from "../host/port.ts";
import type { HostStatus } from "../protocol/host.ts";
import { misfitOf } from "./host-fit.ts";
import type { Process } from "./around.ts";
import { mustBeNetrunner } from "./must-be-netrunner.ts";

/** For a host to be there that does what is asked, all tries together, milliseconds. */
const reachMs = 45_000;

/**
 * The host of a home: the one that runs, or one that is started for this and stays. One that does not fit (another version, mode or
 * workspace) is replaced when nothing is open in it; otherwise this is refused with what to do.
 */
export async function reachHost(
  options: DeckOptions,
  around: Process,
): Promise<{ port: Port; close(): Promise<void> }> {
  const until = systemClock.monotonic() + reachMs;
  for (;;) {
    const isLast = systemClock.monotonic() > until;
    const there = await attachIfThere(options.home);
    if (there !== undefined) {
      const status = await statusOf(there.port);
      const misfit = status === undefined ? undefined : misfitOf(status, options, around);
      if (status !== undefined && misfit === undefined) return there;
      try {
        if (status !== undefined && misfit !== undefined) await replace(there.port, status, misfit);
      } finally {
        await there.close();
      }
      if (isLast) throw notReached(options.home);
      continue;
    }
    const { startHost } = await import("./start-host.ts");
    const fault = await startHost(options, around);
    if (fault === undefined) continue;
    // Another face has been quicker, or a command changes something in the home: that is over soon.
    if (fault.code !== "home.locked" || isLast) throw fault;
    await change(options.home);
  }
}

/** Ends the host of a home that does not fit who wants to be it, as a face does; one that is at work stays, and this is refused. */
export async function replaceMisfit(options: DeckOptions, around: Process): Promise<void> {
  const there = await attachIfThere(options.home);
  if (there === undefined) return;
  try {
    mustBeNetrunner(around);
    const status = await statusOf(there.port);
    const misfit = status === undefined ? undefined : misfitOf(status, options, around);
    if (status !== undefined && misfit !== undefined) await replace(there.port, status, misfit);
  } finally {
    await there.close();
  }
}

async function attachIfThere(home: string): Promise<Awaited<ReturnType<typeof attach>> | undefined> {
  try {
    return await attach(home);
  } catch (error) {
    // One that is just closing cuts the connection.
    if (error instanceof Fault && (error.code === "deck.not_running" || error.code === "deck.ended")) return undefined;
    throw error;
  }
}

/** Undefined when it ends in this very moment. */
async function statusOf(port: Port): Promise<HostStatus | undefined> {
  try {
    const status = await port.send({ type: "host.status" });
    if (!status.closing) return status;
    await hostGone(status);
    return undefined;
  } catch (error) {
    if (error instanceof Fault && error.code === "deck.ended") return undefined;
    throw error;
  }
}

async function replace(port: Port, status: HostStatus, misfit: Fault): Promise<void> {
  if (status.kind !== "host" || status.runs.length > 0) throw misfit;
  await port.send({ type: "host.stop" });
  await hostGone(status);
}

/** How long a host that has said that it ends may take for it, milliseconds. */
const goneMs = 20_000;

/** Resolves when this very process is gone, whoever has its number by then: true; false when that takes too long. */
export async function hostGone({ pid, started }: Pick<HostStatus, "pid" | "started">): Promise<boolean> {
  // Loaded when a host has to go: finding one that fits needs no table.
  const table = (await import("../process/table.ts")).systemTable();
  const until = systemClock.monotonic() + goneMs;
  for (;;) {
    const entry = await table.find(pid);
    if (entry === undefined || !entry.alive || (started !== null && entry.started !== started)) return true;
    if (systemClock.monotonic() > until) return false;
    // The end of a process that is no child of ours is no event.
    await pause(20);
  }
}

/** Longest that nothing is heard of a home before it is looked at again, milliseconds: its socket may lie outside of it. */
const lookAgainMs = 250;

/** Resolves when something changes in a home, such as its socket, or a little later. */
async function change(home: string): Promise<void> {
  const seen = new AbortController();
  const watcher = watch(home, { persistent: false }, () => seen.abort());
  watcher.on("error", () => "it is looked at again all the same");
  await pause(lookAgainMs, seen.signal);
  watcher.close();
}

const notReached = (home: string): Fault =>
  new Fault("setup", "host.not_reached", `the host of ${home} comes and goes: none was there that fits`, {
    hint: "Another command may be replacing it: wait for that one, then try again.",
  });
