// npm run fuzz -- --inputs 200000 [--seed N]: judges that many made-up calls, and prints each whose judgement throws, takes
// longer than 50 ms, or allows a line that cannot be parsed. Progress on stderr; exits 1 if there is one.
import { parseArgs } from "node:util";
import { inputOf, randomOf, wrongWith } from "../test/policy/brake/fuzz.ts";

const { values } = parseArgs({ options: { inputs: { type: "string" }, seed: { type: "string" } } });
const inputs = Number(values.inputs ?? 20_000);
const seed = Number(values.seed ?? Date.now() % 2 ** 31);
const every = 10_000;

const random = randomOf(seed);
let wrongs = 0;
for (let round = 1; round <= inputs; round += 1) {
  const call = inputOf(random);
  const wrong = wrongWith(call);
  if (wrong !== undefined) {
    wrongs += 1;
    process.stdout.write(`seed ${seed}, input ${round}: ${wrong}: ${JSON.stringify(call)}\n`);
  }
  if (round % every === 0) process.stderr.write(`${round} of ${inputs} inputs, ${wrongs} wrong\n`);
}
process.stderr.write(`seed ${seed}: ${inputs} inputs, ${wrongs} wrong\n`);
process.exitCode = wrongs === 0 ? 0 : 1;
