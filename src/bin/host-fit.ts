import { realpathSync } from "node:fs";
import { Fault } from "../base/fault.ts";
import { inheritedEnvironment } from "../drivers/claude/environment.ts";
import type { DeckOptions } from "../host/deck-options.ts";
import type { HostStatus } from "../protocol/host.ts";
import type { Process } from "./around.ts";

/** Why a host cannot do what is asked of it, as the fault for whoever asks while it is at work; undefined when it can. */
export function misfitOf(status: HostStatus, options: DeckOptions, around: Process): Fault | undefined {
  const { pid, runs } = status;
  const fail = (code: string, why: string): Fault => {
    const open = runs.map(({ run }) => run).join(", ");
    const work = runs.length === 0 ? "" : `, and it is at work (${open})`;
    return new Fault("refused", code, `the host of ${status.home} (pid ${pid}) ${why}${work}`, {
      facts: { pid, runs: runs.map(({ run }) => run) },
      hint: 'Wait until its runs have ended, end it with "cyberdeck host stop", or use another --home.',
    });
  };
  if (status.kind !== "host")
    return new Fault("refused", "home.locked", `another deck (pid ${pid}) is at work in ${status.home}`, {
      facts: { home: status.home, pid },
      hint: 'It was started with --embedded: wait until it has ended, stop it with "cyberdeck eject", or use another --home.',
    });
  if (status.version !== around.version) return fail("host.other_version", `is of version ${status.version}`);
  if (status.offline !== options.offline)
    return fail("host.other_mode", status.offline ? "is offline, with the scripted model" : "is not offline");
  if (!isSameFolder(status.workspace, options.workspace))
    return fail("host.other_workspace", `works in ${status.workspace}`);
  if (status.claude_bin !== agentAsked(options, around))
    return fail("host.other_agent", `uses ${status.claude_bin ?? "the agent that it has found"}`);
  if (options.hub !== undefined && !isSameHub(status.hub, options.hub))
    return fail("host.other_hub", status.hub === null ? "has no hub" : `has another hub (${showHub(status.hub)})`);
  // While it is at work, its runs go on under the login that they have begun with, and so does what joins them.
  if (runs.length === 0 && status.provider !== providerDigest(options.offline, around.env))
    return fail("host.other_provider", "has another login or provider in its environment");
  return undefined;
}

function isSameFolder(one: string, other: string): boolean {
  try {
    return one === other || realpathSync(one) === realpathSync(other);
  } catch {
    // One of them is gone: then they differ.
    return false;
  }
}

/** Whether a host meets its nodes where it is asked to. A fleet that is not named is the one that it has. */
function isSameHub(own: HostStatus["hub"], { urls, fleet = own?.fleet }: NonNullable<DeckOptions["hub"]>): boolean {
  const all = (addresses: readonly string[]): string => addresses.map(wholeAddress).toSorted().join(" ");
  return own !== null && own.fleet === fleet && all(own.urls) === all(urls);
}

/** With the port that goes without saying. What is no address is compared as it is: whoever opens it refuses it. */
function wholeAddress(text: string): string {
  if (!URL.canParse(text)) return text;
  const { protocol, hostname, port } = new URL(text);
  return `${protocol}//${hostname.toLowerCase()}:${port === "" ? "4222" : port}`;
}

const showHub = ({ urls, fleet }: NonNullable<HostStatus["hub"]>): string =>
  `${urls.map(wholeAddress).join(", ")}, fleet ${fleet}`;

/** The agent's program that was asked for, by flag or variable. */
export const agentAsked = ({ claudeBin }: DeckOptions, { env }: Process): string | null =>
  claudeBin ?? (env["CYBERDECK_CLAUDE_BIN"] || null);

/** What decides which provider is asked under which login. As a digest: these are secrets. Offline, nothing of it counts. */
export function providerDigest(offline: boolean, env: Process["env"]): string {
  if (offline) return "offline";
  const { createHash } = process.getBuiltinModule("node:crypto");
  const deciding = Object.entries(inheritedEnvironment(env))
    .filter(([name]) =>
      /^(?:HOME$|ANTHROPIC_|CLAUDE_|AWS_|GOOGLE_|CLOUD_ML_|VERTEX_|AZURE_|https?_proxy$|no_proxy$)/i.test(name),
    )
    .sort(([one], [other]) => (one < other ? -1 : 1));
  return createHash("sha256").update(JSON.stringify(deciding)).digest("hex").slice(0, 16);
}
