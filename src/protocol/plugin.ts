import { z } from "zod";
import { entryName, entryNameRule, type CataloguePlace } from "./catalogue.ts";

/** What a plugin does at most, in the words of its manifest. The brake goes by it. */
export const pluginEffects = ["read", "write", "network"] as const;
export type PluginEffect = (typeof pluginEffects)[number];

/** One line of words for a model and a table. */
const line = (most: number) =>
  z
    .string()
    .trim()
    .max(most)
    .regex(/^[^\p{Cc}\p{Bidi_Control}]*$/u, "write it on one line, without control characters");

const inFolder = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .refine((path) => !path.startsWith("/") && !path.split(/[/\\]/).includes(".."), {
    error: "name a file inside the plugin's own folder",
  });

const requires = z
  .strictObject({
    /** Systems that it runs on; left out: all. */
    platforms: z.array(z.enum(["linux", "darwin", "win32"])).optional(),
    /** Programs that must be found on PATH. */
    binaries: z
      .array(z.string().regex(/^[\w.+-]{1,100}$/, "name a program, without a folder"))
      .max(20)
      .default([]),
    /** Variables that must be set where the deck runs. */
    env: z
      .array(z.string().regex(/^[A-Za-z_]\w{0,99}$/, "this is no name of a variable"))
      .max(20)
      .default([]),
  })
  .prefault({});

/** The format of `plugins/<name>/plugin.toml`. A key that is not in here is an error: a mistyped one must not be ignored. */
export const pluginManifestSchema = z
  .strictObject({
    name: z.string().regex(entryName, entryNameRule),
    /** `command`: a program that constructs call through the bridge. `mcp`: a server of tools, started with the agent. */
    kind: z.enum(["command", "mcp"]).default("command"),
    category: line(40).min(1).default("general"),
    description: line(500).min(1),
    /** How it is called, without its name: `[--json] [FOLDER]`. */
    usage: line(200).default(""),
    /** A program in the plugin's folder: an executable, or a file with an ending that the deck has a runner for. */
    entry: inFolder.optional(),
    /** Of a server that lies elsewhere. */
    command: z.string().trim().min(1).max(1000).optional(),
    args: z.array(z.string().max(1000)).max(50).default([]),
    effects: z.enum(pluginEffects).optional(),
    /** Only for spawns that name it. */
    on_request: z.boolean().default(false),
    requires,
  })
  .superRefine(({ kind, entry, command }, context) => {
    const problem = (path: string, message: string): void =>
      context.addIssue({ code: "custom", path: [path], message });
    if (kind === "command" && command !== undefined)
      problem("command", 'it is for kind = "mcp"; name a program of the folder with entry');
    if (kind === "command" && entry === undefined) problem("entry", "name the program of the folder that is to run");
    if (kind === "mcp" && (entry === undefined) === (command === undefined))
      problem("entry", "give either entry (a server in the folder) or command");
    if (kind === "mcp" && reserved.test(context.value.name))
      problem("name", "the deck's own tools bear this name; choose another one");
  });
export type PluginManifest = z.infer<typeof pluginManifestSchema>;

/** Servers of which a tool's whole name (`mcp__SERVER__TOOL`) could be taken for one of the deck's own. */
const reserved = /^deck(?:_|$)/;

/** A plugin as it stands now, in a line of a list. */
export interface PluginLine {
  name: string;
  kind: PluginManifest["kind"];
  category: string;
  description: string;
  usage: string;
  effects: PluginEffect | null;
  on_request: boolean;
  place: CataloguePlace;
  /** Its manifest. */
  path: string;
  /** Why it cannot be used; null: it can. */
  unavailable: string | null;
}
