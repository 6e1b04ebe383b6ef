import { readFile, stat } from "node:fs/promises";
import { z } from "zod";
import { errnoOf, Fault, messageOf } from "../../base/fault.ts";
import { issueWords } from "./setting-words.ts";
import { hubSettingsSchema, type HubSettings } from "./settings.ts";

/** The fleet of whoever names none. */
export const usualFleet = "main";

/** The file may leave the fleet out. */
const fileSchema = hubSettingsSchema.extend({ fleet: hubSettingsSchema.shape.fleet.default(usualFleet) });

/** Reads how to reach the NATS server of a fleet; undefined: the file is not there, so there is no fleet. */
export async function readHubFile(path: string): Promise<HubSettings | undefined> {
  let text: string;
  try {
    const { mode } = await stat(path);
    if ((mode & 0o077) !== 0) throw bad(path, "others may read or change it", `Make it your own: chmod 600 ${path}`);
    text = await readFile(path, "utf8");
  } catch (error) {
    if (error instanceof Fault) throw error;
    if (errnoOf(error) === "ENOENT" || errnoOf(error) === "ENOTDIR") return undefined;
    throw bad(path, messageOf(error), "Check that you may read it.");
  }
  try {
    return fileSchema.parse(JSON.parse(text));
  } catch (error) {
    throw bad(path, error instanceof z.ZodError ? issueWords(error) : noJson(error), correctIt);
  }
}

const correctIt =
  'Correct it, such as {"urls": ["nats://host:4222"], "fleet": "main"}, or delete it: then this deck works on its own machine alone. See docs/hub.md.';

/** What cannot be read is quoted in the parser's own words, and may be a secret. */
function noJson(error: unknown): string {
  const [at = ""] = / at position \d+/.exec(messageOf(error)) ?? [];
  return `it is not JSON${at}`;
}

const bad = (path: string, why: string, hint: string): Fault =>
  new Fault("usage", "hub.bad_file", `${path} cannot be used: ${why}`, { facts: { path }, hint });
