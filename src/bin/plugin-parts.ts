import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import type { PluginParts } from "../host/bridge/deck-plugins.ts";

interface Around {
  env: Record<string, string | undefined>;
  homeDir: string;
}

/** Where plugins are looked for, the strongest place first, and what they run on. */
export function pluginParts(home: string, { env, homeDir }: Around): PluginParts {
  const configured = env["XDG_CONFIG_HOME"];
  const user = join(configured?.startsWith("/") === true ? configured : join(homeDir, ".config"), "cyberdeck");
  return {
    roots: [
      { place: "home", path: home },
      { place: "user", path: user },
      { place: "shipped", path: shipped },
    ],
    machine: {
      platform: process.platform,
      path: env["PATH"] ?? "",
      variables: new Set(Object.keys(env).filter((name) => env[name] !== undefined)),
    },
    node: process.execPath,
    script: bridgeScript,
  };
}

/** Beside this file, as source or built. */
const bridgeScript = fileURLToPath(new URL(`./plugin-call${extname(import.meta.url)}`, import.meta.url));

/** The package's own; the same way from `src/bin` and, one folder higher, from `dist`. */
const shipped = fileURLToPath(
  new URL(extname(import.meta.url) === ".ts" ? "../../catalogue" : "../catalogue", import.meta.url),
);
