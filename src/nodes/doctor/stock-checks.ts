import { count, showBytes } from "../../base/units.ts";
import { ok, problem, skipped, warning, type Check } from "../../engine/doctor/check.ts";
import { hubBounds } from "../hub/bounds.ts";
import type { StreamLook } from "../hub/probe.ts";
import { hostRights, nodeRights, rightsOfHostAlone } from "../hub/rights.ts";
import { isHost, type HubState } from "./hub-state.ts";

const noLogin = "nobody is logged in";

/** Whether this user may say and hear all that its part in the fleet needs, and no more. */
export const rightsCheck = (state: HubState): Check => ({
  name: "hub-rights",
  limitMs: 15_000,
  async look() {
    const { given, me, probeIfAny } = state;
    const probe = await probeIfAny();
    if (probe === undefined) return skipped(noLogin);
    const { fleet } = (await given()).access;
    const needed = isHost(state) ? hostRights(fleet) : nodeRights(fleet, me, ownPool(me));
    const { publish, subscribe } = await probe.refused(needed);
    const told = [
      ...publish.map((subject) => `to say ${subject}`),
      ...subscribe.map((subject) => `to hear ${subject}`),
    ];
    if (told.length > 0)
      return problem(`this user may not do all that ${isHost(state) ? "a host" : "this node"} has to: ${some(told)}`, {
        next: "Give it the permissions that docs/hub.md lists, with the name of this fleet.",
      });
    const fits = `all that ${isHost(state) ? "a host" : "a node"} has to say and hear is permitted`;
    if (isHost(state) || !probe.isLoginAsked) return ok(fits);
    const alone = await probe.refused(rightsOfHostAlone(fleet));
    if (alone.publish.length > 0) return ok(`${fits}, and it cannot speak for the host`);
    return warning(`${fits}, but it could also speak for the host and for other nodes`, {
      next: "Give each node a user with the permissions that docs/hub.md lists.",
    });
  },
});

/** A node takes its work from a queue of its own. */
const ownPool = (node: string): string => `n_${node}`;

const some = (all: readonly string[]): string =>
  all.length <= 3 ? all.join(", ") : `${all.slice(0, 3).join(", ")} and ${all.length - 3} more`;

const nearFull = 0.8;
const full = 0.95;

/** Whether JetStream is there and has room. */
export const storeCheck = ({ probeIfAny }: HubState): Check => ({
  name: "hub-store",
  limitMs: 15_000,
  async look() {
    const probe = await probeIfAny();
    if (probe === undefined) return skipped(noLogin);
    const { usedBytes, limitBytes } = await probe.room();
    const streams = await probe.streams();
    const rooms = [
      ...(limitBytes === undefined
        ? []
        : [{ what: "JetStream of this account", usedBytes, limitBytes, next: moreRoom }]),
      ...streams.map((stream) => ({ what: whatIs[stream.role], ...stream, next: remedies[stream.role] })),
    ];
    const [fullest] = rooms.toSorted((one, other) => partOf(other) - partOf(one));
    const text = rooms
      .map((room) => `${room.what}: ${showBytes(room.usedBytes)} of ${showBytes(room.limitBytes)}`)
      .join(", ");
    if (fullest !== undefined && partOf(fullest) >= full) return problem(text, { next: fullest.next });
    if (fullest !== undefined && partOf(fullest) >= nearFull) return warning(text, { next: fullest.next });
    const missing = streams.filter(({ differs }) => differs === undefined);
    const needed = missing.reduce((sum, { limitBytes }) => sum + limitBytes, 0);
    if (limitBytes !== undefined && needed > limitBytes - usedBytes)
      return problem(`${text}; what is not there yet needs ${showBytes(needed)}`, { next: moreRoom });
    return ok(text);
  },
});

const moreRoom =
  "Give JetStream more room: max_file_store in the settings of nats-server, or max_store of the account.";

const whatIs: Record<StreamLook["role"], string> = { jobs: "work queue", registry: "registry", things: "files" };

const remedies: Record<StreamLook["role"], string> = {
  jobs: "Look why no node takes its openings (cyberdeck nodes); what lies there is withdrawn when its construct ends.",
  registry: "There are more nodes than one fleet has room for: divide them into fleets.",
  things: `Wait, or remove files: they go by themselves after ${hubBounds.thingAgeMs / 86_400_000} days.`,
};

const partOf = ({ usedBytes, limitBytes }: { usedBytes: number; limitBytes: number }): number => usedBytes / limitBytes;

/** Whether what the fleet keeps on the server is there, and as this version wants it. */
export const streamsCheck = (state: HubState): Check => ({
  name: "hub-streams",
  limitMs: 15_000,
  async look() {
    const probe = await state.probeIfAny();
    if (probe === undefined) return skipped(noLogin);
    const streams = await probe.streams();
    const wrong = streams.find(({ differs }) => differs !== undefined && differs.length > 0);
    if (wrong !== undefined)
      return problem(`${wrong.name} has other settings than this version wants: ${wrong.differs?.join("; ") ?? ""}`, {
        next: "Use the same version on all machines. If it is left of an old one, stop the fleet and remove it; the host makes it anew.",
        command: `nats stream rm ${wrong.name}`,
      });
    const missing = streams.filter(({ differs }) => differs === undefined).map(({ name }) => name);
    if (missing.length === 0) return ok(streams.map(({ name, messages }) => `${name} (${messages})`).join(", "));
    const text = `${count(missing.length, "stream is", "streams are")} not there yet: ${missing.join(", ")}`;
    if (isHost(state)) return ok(`${text}; the host makes them when it starts`);
    return warning(text, { next: "Start the host of the fleet first: it makes them." });
  },
});
