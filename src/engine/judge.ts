import { lstatSync, readlinkSync, realpathSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { errnoOf } from "../base/fault.ts";
import { judge } from "../policy/judge.ts";
import type { Tier } from "../protocol/verdict.ts";
import type { Judge } from "./gate.ts";

/** Where constructs work and what is kept from them. All paths absolute. */
export interface Place {
  tier: Tier;
  workspace: string;
  runFolder: string;
  /** The deck's own folder. */
  deckHome: string;
  /** HOME of the agents: what `~` means in their shells. */
  agentHome: string;
}

/** The brake for the constructs of one run. */
export function judgeFor(place: Place): Judge {
  const context = {
    tier: place.tier,
    workspace: place.workspace,
    runFolder: place.runFolder,
    cwd: place.workspace,
    home: place.agentHome,
    deckHome: place.deckHome,
    realPath,
  };
  return (call) => judge(call, context);
}

/** As many links in a row as Linux itself follows. */
const mostLinks = 40;

/**
 * A path with every link followed. What does not exist yet is appended to the real path of its nearest existing parent;
 * a dangling link is followed too, since a write would go through it. Throws when there is no end to the links.
 */
export function realPath(path: string, links = 0): string {
  if (links > mostLinks) throw new Error(`too many links: ${path}`);
  try {
    return realpathSync(path);
  } catch (error) {
    if (errnoOf(error) !== "ENOENT" && errnoOf(error) !== "ENOTDIR") throw error;
  }
  const parent = dirname(path);
  if (parent === path) return path;
  const target = linkTarget(path);
  if (target !== undefined) return realPath(resolve(realPath(parent, links + 1), target), links + 1);
  return join(realPath(parent, links), basename(path));
}

function linkTarget(path: string): string | undefined {
  try {
    return lstatSync(path).isSymbolicLink() ? readlinkSync(path) : undefined;
  } catch {
    // Not there at all: not a link.
    return undefined;
  }
}
