import { availableParallelism, homedir } from "node:os";
import details from "../../package.json" with { type: "json" };
import { pause } from "../base/clock.ts";
import { messageOf } from "../base/fault.ts";
import { runCli } from "../faces/cli/run-cli.ts";
import { hostNews } from "./host-news.ts";
import type { OpenDeck, SignalName } from "../faces/cli/world.ts";

const around = { env: process.env, cwd: process.cwd(), homeDir: homedir(), version: details.version };
const decks = new Set<OpenDeck>();
process.on("uncaughtException", (error) => void giveUp(error));
process.on("unhandledRejection", (error) => void giveUp(error));

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
    const { openDeck } = await import("./open-deck.ts");
    const deck = await openDeck(options, around);
    decks.add(deck);
    return deck;
  },
  hostNews: hostNews(process),
  hostGone: async (host) => (await import("./reach-host.ts")).hostGone(host),
  listCatalogues: async (home) => (await import("./open-catalogues.ts")).listCatalogues(home, around),
  examine: async (asked) => (await import("./examine.ts")).examine(asked, around),
  openBrake: async (home) => (await import("./open-brake.ts")).openBrake(home),
});
// Everything is written and the deck is closed: a handle that is still open must not keep the terminal.
process.exit(code);

function onSignal(name: SignalName, listener: () => void): Disposable {
  process.on(name, listener);
  return { [Symbol.dispose]: () => void process.off(name, listener) };
}

/** A defect of our own must not leave agents behind: whatever is open is ended first, for ten seconds at the most. */
async function giveUp(defect: unknown): Promise<void> {
  const trace = process.env["CYBERDECK_DEBUG"] === "1" && defect instanceof Error ? `\n${defect.stack}` : "";
  process.stderr.write(`error: a defect in cyberdeck: ${messageOf(defect)}${trace}\nEnding what is running…\n`);
  await Promise.race([Promise.allSettled([...decks].map((deck) => deck.close())), pause(10_000)]);
  process.exit(1);
}
