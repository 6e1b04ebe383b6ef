import { availableParallelism, homedir } from "node:os";
import details from "../../package.json" with { type: "json" };
import { runCli } from "../faces/cli/run-cli.ts";
import type { SignalName } from "../faces/cli/world.ts";
import { openDeck } from "./open-deck.ts";

const around = { env: process.env, cwd: process.cwd(), homeDir: homedir(), version: details.version };
const code = await runCli({
  ...around,
  argv: process.argv.slice(2),
  cores: availableParallelism(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: onSignal,
  openDeck: (options) => openDeck(options, around),
});
// Everything is written and the deck is closed: a handle that is still open must not keep the terminal.
process.exit(code);

function onSignal(name: SignalName, listener: () => void): Disposable {
  process.on(name, listener);
  return { [Symbol.dispose]: () => void process.off(name, listener) };
}
