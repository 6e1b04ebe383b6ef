import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { PluginParts } from "../host/bridge/deck-plugins.ts";

/** What plugins run on, and how constructs call them. */
export const pluginParts = ({ env }: { env: Record<string, string | undefined> }): PluginParts => ({
  machine: {
    platform: process.platform,
    path: env["PATH"] ?? "",
    variables: new Set(Object.keys(env).filter((name) => env[name] !== undefined)),
  },
  node: process.execPath,
  script: bridgeScript,
});

/** Beside this file, as source or built. */
const bridgeScript = fileURLToPath(new URL(`./plugin-call${extname(import.meta.url)}`, import.meta.url));
