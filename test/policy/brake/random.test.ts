import { parse } from "unbash";
import { expect, test } from "vitest";
import { judgeLine } from "./calls.ts";

const pieces = (
  'rm -rf / ~ . .. $X "$X" \' " ` $( ) ( { } ; & && || | > >> < <<< <<E \\ \n # * ? [ ] ! = a=b if then fi for do done while in case esac ' +
  "sudo sh -c bash eval git push --force npm test echo cat find -exec {} + xargs env $IFS ${X:-y} $'\\x72' <(ls) /etc/passwd function f() coproc [[ ]] (( ))"
).split(" ");

test("20,000 random lines: no throw, and no allow for a line that cannot be parsed", () => {
  const next = generator(20_261_122);
  const wrong: string[] = [];
  for (let round = 0; round < 20_000; round += 1) {
    const length = 1 + (next() % 12);
    const line = Array.from({ length }, () => pieces[next() % pieces.length] ?? "").join(next() % 3 === 0 ? "" : " ");
    const { verdict } = judgeLine(line);
    if (verdict === "allow" && (parse(line).errors ?? []).length > 0) wrong.push(line);
  }
  expect(wrong).toEqual([]);
}, 60_000);

/** Numbers that are the same in every run (a linear congruence), so that a failure can be repeated. */
function generator(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state >>> 8;
  };
}
