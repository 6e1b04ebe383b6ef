import { once } from "node:events";
import { constants } from "node:os";
import { pause, systemClock } from "../base/clock.ts";
import type { Process } from "./around.ts";
import type { Machine, Outside } from "../faces/cockpit/machine.ts";

/** How long it may take until a process that has asked to be stopped is stopped, milliseconds. */
const stopMs = 300;

/** Those that end a program in a terminal. */
const endings = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** What the cockpit needs of this machine; `giveBack` returns the terminal as it was found, whatever the cockpit is doing. */
export function terminalMachine(around: Pick<Process, "env" | "homeDir">): Machine & { giveBack: () => void } {
  const { env, homeDir } = around;
  const guards = new Set<() => void>();
  let stopped: (() => void) | undefined;

  const giveBack = (): void => {
    for (const guard of guards) guard();
  };
  // Whatever ends this process: a terminal in raw mode is of no use to a shell.
  process.on("exit", giveBack);

  return {
    async suspend() {
      const goesOn = new AbortController();
      const resumed = once(process, "SIGCONT", { signal: goesOn.signal }).catch(() => "it was not stopped");
      // Without a listener, the signal does what it does to every program.
      if (stopped !== undefined) process.off("SIGTSTP", stopped);
      // The whole job, as the terminal does it: `npm start` is the parent that the shell knows.
      process.kill(0, "SIGTSTP");
      // Where no shell waits for this job, the system does not stop it.
      await Promise.race([resumed, pause(stopMs, goesOn.signal)]);
      goesOn.abort();
      if (stopped !== undefined) process.on("SIGTSTP", stopped);
    },
    // Loaded when it is needed: every command on a terminal makes a machine.
    copy: async (text) => (await import("./clipboard.ts")).copyToMachine(text, env),
    async local(home) {
      const { openCockpitMemory } = await import("../store/cockpit-memory.ts");
      return {
        ...(await openCockpitMemory(home, systemClock)),
        profiles: () => profilesOf(home, around),
        catalogues: async () => (await import("./open-catalogues.ts")).listCatalogues(home, around),
        async brake(deckHome) {
          const brake = (await import("./open-brake.ts")).openBrake(deckHome);
          return {
            rules: (tier) => brake.rules(tier),
            explain: (question) => brake.explain({ ...question, homeDir, deckHome, cwd: question.workspace }),
          };
        },
      };
    },
    login: async () => (await import("./login-present.ts")).loginPresent({ env, homeDir }),
    settings: async (home) => (await import("../store/cockpit-file.ts")).readCockpitFile(home),
    outside(on) {
      stopped = () => on.suspend();
      const listening = [...listenToSignals(on, stopped), ...listenToTerminal(on)];
      return {
        [Symbol.dispose]() {
          stopped = undefined;
          for (const off of listening) off();
        },
      };
    },
    // The space for young objects grows to what a burst of events needs, and stays: 60 MB for nothing (bench cockpit.load).
    stayLean: () => process.getBuiltinModule("node:v8").setFlagsFromString("--semi-space-growth-factor=1"),
    guard(action) {
      guards.add(action);
      return { [Symbol.dispose]: () => void guards.delete(action) };
    },
    giveBack,
  };
}

function listenToSignals(on: Outside, stopped: () => void): (() => void)[] {
  const resumed = (): void => on.resumed();
  process.on("SIGTSTP", stopped).on("SIGCONT", resumed);
  const offs = endings.map((name) => {
    const leave = (): void => on.leave(128 + constants.signals[name]);
    process.on(name, leave);
    return () => void process.off(name, leave);
  });
  return [...offs, () => void process.off("SIGTSTP", stopped).off("SIGCONT", resumed)];
}

/** A terminal that is gone ends the cockpit as a hang-up does. */
function listenToTerminal(on: Outside): (() => void)[] {
  const gone = (): void => on.leave(128 + constants.signals.SIGHUP);
  process.stdin.on("end", gone).on("error", gone);
  // It stays: what is still to be written comes to nothing even when the cockpit has been left.
  process.stdout.on("error", gone);
  return [() => void process.stdin.off("end", gone).off("error", gone)];
}

/** Loaded when it is asked for: it brings the catalogues with it. */
async function profilesOf(
  home: string,
  around: Pick<Process, "env" | "homeDir">,
): Promise<{ name: string; about: string }[]> {
  const { listCatalogues } = await import("./open-catalogues.ts");
  const { profiles } = listCatalogues(home, around);
  return profiles.map(({ name, value }) => ({ name, about: value.description }));
}
