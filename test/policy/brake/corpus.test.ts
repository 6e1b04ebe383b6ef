import { existsSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { casesOf, misjudged, type Case } from "./corpus.ts";

const danger = casesOf(join(import.meta.dirname, "danger.ndjson"));
const benign = casesOf(join(import.meta.dirname, "benign.ndjson"));

describe("calls that were written by others, without a look at the brake", () => {
  test.each(families(danger))("dangerous ones are blocked: %s", (_, cases) => {
    expect(misjudged(cases)).toEqual([]);
  });

  test.each([...families(benign), ...families(sharedCorpus())])("are judged as they are labelled: %s", (_, cases) => {
    expect(misjudged(cases)).toEqual([]);
  });

  test("every label is what its file says", () => {
    expect(danger.filter((one) => one.expect !== "block")).toEqual([]);
    expect(benign.filter((one) => one.expect !== "allow")).toEqual([]);
  });
});

/** The shared corpus lies beside the repository on the machines of its maintainers, and is no part of it. */
function sharedCorpus(): Case[] {
  const file = join(import.meta.dirname, "..", "..", "..", "..", "shared", "corpora", "brake.ndjson");
  if (existsSync(file)) return casesOf(file);
  process.stderr.write(`no shared corpus at ${file}: judged without it\n`);
  return [];
}

function families(cases: readonly Case[]): [family: string, cases: Case[]][] {
  const found = new Map<string, Case[]>();
  for (const one of cases) found.set(one.family, [...(found.get(one.family) ?? []), one]);
  return [...found];
}
