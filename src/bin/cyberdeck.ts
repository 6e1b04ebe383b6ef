import { availableParallelism, homedir } from "node:os";
import details from "../../package.json" with { type: "json" };
import { runCli } from "../faces/cli/run-cli.ts";
import type { SignalName } from "../faces/cli/world.ts";
import type { Crash } from "../protocol/crash.ts";
import type { OwnDeck } from "./give-up.ts";
import { hostNews } from "./host-news.ts";
import { terminalMachine } from "./terminal-machine.ts";

const around = { env: process.env, cwd: process.cwd(), homeDir: homedir(), version: details.version };
const decks = new Set<OwnDeck>();
let dying: Promise<never> | undefined;
const terminal = process.stdout.isTTY ? terminalMachine(around) : undefined;
process.on("uncaughtException", (error) => void die(error, "exception"));
process.on("unhandledRejection", (error) => void die(error, "rejection"));

const code = await runCli({
  ...around,
  argv: process.argv.slice(2),
  cores: availableParallelism(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: onSignal,
  async openDeck(options) {
    // Loaded here, so that help, version and a wrong command need not wait for the engine: 45 ms in place of 150.
    const { mode } = options;
    const deck =
      mode === "attach" || mode === "host"
        ? await (await import("./attach-deck.ts")).attachDeck({ ...options, mode }, around)
        : await (await import("./open-deck.ts")).openDeck(options, around);
    decks.add({ deck, options });
    // In a process that is short of files or memory it could not be loaded any more.
    if (options.mode === "write" || options.mode === "serve") await import("./give-up.ts");
    return deck;
  },
  hostNews: hostNews(process),
  hostGone: async (host) => (await import("./reach-host.ts")).hostGone(host),
  listCatalogues: async (home) => (await import("./open-catalogues.ts")).listCatalogues(home, around),
  triage: async (asked) => (await import("./triage.ts")).triageCrash(asked, around),
  examine: async (asked) => (await import("./examine.ts")).examine(asked, around),
  startNode: async (asked, tell) => (await import("./open-node.ts")).openNode(asked, tell, around),
  terminal,
  openBrake: async (home) => (await import("./open-brake.ts")).openBrake(home),
});
// A command whose run was ended by a defect comes to its end as well: the last word is the defect's.
await dying;
// Everything is written and the deck is closed: a handle that is still open must not keep the terminal.
process.exit(code);

function onSignal(name: SignalName, listener: () => void): Disposable {
  process.on(name, listener);
  return { [Symbol.dispose]: () => void process.off(name, listener) };
}

/** A defect of our own: one is enough, and what follows from it is no other. */
function die(defect: unknown, how: Crash["how"]): Promise<never> {
  // What is written on the screen of a cockpit is gone with it.
  terminal?.giveBack();
  dying ??= import("./give-up.ts")
    .then(({ giveUp }) => giveUp(defect, how, decks, { ...around, say: (text) => void process.stderr.write(text) }))
    .catch((error: unknown) => void process.stderr.write(`error: ${String(defect)}\n${String(error)}\n`))
    .then(() => process.exit(1));
  return dying;
}
