import { parse } from "unbash";
import { spreadOf, type Bench } from "./measurement.ts";

/** Parsing alone, by the length of the line; what the judgement adds is in `gate.roundtrip.judge`. */
export const shellParse: Bench = {
  name: "shell.parse",
  about: "parsing of shell lines, short and long",
  run({ emit }) {
    const short = `cd src && grep -rn "TODO" . | head -20 > ../found.txt`;
    const long = Array.from(
      { length: 100 },
      (_, index) => `if [ -f a${index} ]; then cp "a${index}" "b$\{x:-${index}}"; fi`,
    ).join("\n");
    for (const [name, line] of [
      ["short", short],
      ["long", long],
    ] as const) {
      const samples: number[] = [];
      for (let index = 0; index < 3000; index += 1) {
        const began = performance.now();
        parse(line);
        if (index >= 500) samples.push((performance.now() - began) * 1000);
      }
      for (const figure of spreadOf(`shell.parse.${name}`, "us", samples, `${line.length} characters`)) emit(figure);
    }
    return Promise.resolve();
  },
};
