import { availableParallelism, homedir } from "node:os";
import { Fault } from "../base/fault.ts";
import { runCli } from "../faces/cli/run-cli.ts";
import type { SignalName } from "../faces/cli/world.ts";
import details from "../../package.json" with { type: "json" };

const code = await runCli({
  argv: process.argv.slice(2),
  env: process.env,
  cwd: process.cwd(),
  homeDir: homedir(),
  cores: availableParallelism(),
  stdin: process.stdin,
  stdout: process.stdout,
  stderr: process.stderr,
  signals: onSignal,
  openDeck: () =>
    Promise.reject(
      new Fault("internal", "bin.no_deck", "this build has no engine yet", { hint: "use a later version" }),
    ),
  version: details.version,
});
// Everything is written and the deck is closed: a handle that is still open must not keep the terminal.
process.exit(code);

function onSignal(name: SignalName, listener: () => void): Disposable {
  process.on(name, listener);
  return { [Symbol.dispose]: () => void process.off(name, listener) };
}
