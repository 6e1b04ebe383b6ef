import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { build } from "./built.ts";
import { medianOf, type Bench } from "./measurement.ts";

const root = join(import.meta.dirname, "..");
const run = promisify(execFile);

/** From the start of the process to its end, as a shell sees it; beside a Node that does nothing. */
export const startup: Bench = {
  name: "startup",
  about: "cyberdeck --version and --help, from source and built",
  async run({ emit, rounds }) {
    using built = await build();
    const { program, env } = built;
    const source = join(root, "src", "bin", "cyberdeck.ts");
    const times = rounds * 2;
    emit(medianOf("startup.node", "ms", await time(["-e", ""], env, times), "Node alone"));
    for (const flag of ["--version", "--help"]) {
      const name = flag.slice(2);
      emit(medianOf(`startup.${name}.built`, "ms", await time([program, flag], env, times), "by the launcher"));
      emit(medianOf(`startup.${name}.source`, "ms", await time([source, flag], env, times)));
    }
  },
};

async function time(args: string[], env: Record<string, string>, times: number): Promise<number[]> {
  const took: number[] = [];
  for (let index = 0; index <= times; index += 1) {
    const began = performance.now();
    await run(process.execPath, args, { env });
    // The first one fills the caches of the file system and of compiled code.
    if (index > 0) took.push(performance.now() - began);
  }
  return took;
}
