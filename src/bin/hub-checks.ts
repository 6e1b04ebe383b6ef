import { stat } from "node:fs/promises";
import { Fault } from "../base/fault.ts";
import { hubChecks } from "../nodes/doctor/hub-checks.ts";
import type { HubGiven } from "../nodes/doctor/hub-state.ts";
import { readHubFile, usualFleet } from "../nodes/hub/settings-file.ts";
import { readHubAccess } from "../nodes/hub/settings.ts";
import { named, theHost } from "../nodes/hub/subjects.ts";
import type { Examination } from "../protocol/finding.ts";
import { homePaths } from "../store/home.ts";
import type { Process } from "./around.ts";

/** The checks of the hub: of the one that is asked for, or that the home has. */
export const checksOfHub = ({ hub, home }: Examination, around: Process): ReturnType<typeof hubChecks> =>
  hubChecks({
    given: async () => {
      if (hub?.as === undefined) return found(hub?.settings ?? {}, homePaths(home).hub, around);
      named("node", hub.as);
      const path = homePaths(home).hub;
      return hub.settings["urls"] === undefined
        ? foundAsNode({ asked: hub.settings, path, node: hub.as }, around)
        : found(hub.settings, undefined, around);
    },
    me: hub?.as ?? theHost,
    version: around.version,
  });

/** As a host has it: what the command line says goes before what the file says. */
async function found(asked: Record<string, unknown>, path: string | undefined, { env }: Process): Promise<HubGiven> {
  const kept = path === undefined ? undefined : await readHubFile(path);
  if (kept === undefined && asked["urls"] === undefined)
    throw new Fault("setup", "hub.none", "it is not said where the hub is", {
      hint: `Give its address with --hub nats://host:port${path === undefined ? "" : `, or write it into ${path}`}: see docs/hub.md.`,
    });
  const settings = { fleet: usualFleet, ...kept, ...asked };
  const access = await readHubAccess(settings, (name) => env[name]);
  return {
    access,
    from: kept === undefined || path === undefined ? "as the command line says" : path,
    open: await openToOthers(secretFiles(settings)),
  };
}

/** As a node has it that goes by the server and the fleet of the home. What the file says of a login is the host's, and not used. */
async function foundAsNode(
  { asked, path, node }: { asked: Record<string, unknown>; path: string; node: string },
  around: Process,
): Promise<HubGiven> {
  const kept = await readHubFile(path);
  if (kept === undefined) return found(asked, undefined, around);
  const isSaid = (settings: Record<string, unknown>): boolean =>
    ["user", "password", "token", "nkey"].some((name) => settings[name] !== undefined);
  if (isSaid(kept) && !isSaid(asked))
    throw new Fault(
      "usage",
      "hub.no_node_login",
      `it is not said with which login ${node} comes: the one in ${path} is the host's`,
      {
        hint: `Give that of ${node}: --user NAME --password env:NAME or file:PATH, or --token, or --nkey.`,
      },
    );
  const { urls, fleet, tls } = kept;
  const own = asked["tls"];
  const files = { ...(tls?.ca === undefined ? {} : { ca: tls.ca }), ...(typeof own === "object" ? own : {}) };
  const settings = { urls, fleet, ...asked, ...(Object.keys(files).length === 0 ? {} : { tls: files }) };
  const { access, open } = await found(settings, undefined, around);
  return { access, open, from: `server and fleet of ${path}` };
}

const secretFiles = (settings: Record<string, unknown>): string[] =>
  ["password", "token", "nkey"].flatMap((name) => {
    const where = settings[name];
    return typeof where === "string" && where.startsWith("file:") ? [where.slice("file:".length)] : [];
  });

/** Of these, the files that others on this machine may read. */
async function openToOthers(paths: readonly string[]): Promise<string[]> {
  const all = await Promise.all(
    paths.map(async (path) => {
      const about = await stat(path).catch(() => undefined);
      return about !== undefined && (about.mode & 0o077) !== 0 ? [path] : [];
    }),
  );
  return all.flat();
}
