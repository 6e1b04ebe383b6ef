import { z } from "zod";
import { entryName, entryNameRule } from "./catalogue.ts";

/** One entry of `tools.toml`: a program of the machine that constructs may be told of. The deck never installs any. */
export const registeredToolSchema = z
  .strictObject({
    name: z.string().regex(entryName, entryNameRule),
    kind: z.enum(["binary", "script"]),
    /** How it is called: `nmap`, `node report.js`. Left out: its path, or its name. */
    command: z.string().trim().min(1).max(200).optional(),
    description: z.string().trim().min(1).max(500),
    /** Where it lies: absolute, below ~/, or seen from the folder of the file that lists it. A script has one. */
    path: z.string().trim().min(1).max(1000).optional(),
    /** How it explains itself: `nmap --help`. */
    help: z.string().trim().min(1).max(200).optional(),
  })
  .refine(({ kind, path }) => kind === "binary" || path !== undefined, {
    path: ["path"],
    error: "a script needs a path",
  });
export type RegisteredTool = z.infer<typeof registeredToolSchema>;

/** Whether a program can be run now. */
export type Availability = { available: true; file: string } | { available: false; why: string };

/** A program of the registry as it stands now. */
export interface ToolStanding {
  tool: RegisteredTool;
  /** What stands in a shell line. */
  command: string;
  availability: Availability;
}
