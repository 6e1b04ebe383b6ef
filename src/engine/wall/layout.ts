import { join } from "node:path";
import { isWithin } from "../../base/files.ts";
import type { PlacePolicy } from "../../policy/policy-file/policy.ts";
import { isForProvider, secretPlaces } from "../../policy/places/secret-places.ts";
import type { WallLayout, WallStep } from "../../process/wall/steps.ts";
import { homePaths } from "../../store/home.ts";
import { realPath } from "../gate/real-path.ts";
import { gitFoldersOutside } from "./git-folders.ts";

/** What the wall is built around. All paths absolute. */
export interface WallPlace {
  workspace: string;
  runFolder: string;
  /** The deck's own folder. */
  deckHome: string;
  /** HOME of the agents. */
  agentHome: string;
  /** Where the agent keeps its own state: sessions, its login. */
  agentState: string;
  /** Downloads of tools. */
  cacheFolder: string;
  /** User id of the deck. */
  user: number;
  /** Folders and files that the netrunner's policy file opens and closes. */
  policy?: Pick<PlacePolicy, "writable" | "protected">;
  /** Nobody behind it may even read these. */
  hidden?: readonly string[];
}

/** What stays writable behind the wall, and what cannot even be read there. */
export function layoutOf(place: WallPlace): WallLayout {
  const workspace = realPath(place.workspace);
  const home = realPath(place.deckHome);
  const state = realPath(place.agentState);
  const outside = gitFoldersOutside(workspace);
  const opened = (place.policy?.writable ?? []).map(realPath);
  const closed = (place.policy?.protected ?? []).map((path): WallStep => ({ do: "read", path: realPath(path) }));
  const kept = [...[workspace, ...opened].flatMap((folder) => keptFromWriting(folder, outside)), ...closed];
  const secrets = secretPlaces(place.agentHome);
  const agent: WallStep[] = [
    ...[realPath("/tmp"), workspace, ...outside, ...opened].map(write),
    { do: "read", path: home },
    ...kept,
    // A link in place of one of these would open the wall at its target.
    ...[place.runFolder, place.cacheFolder]
      .map(realPath)
      .filter((path) => isWithin(path, home))
      .map(write),
    write(state),
    // Numbers of processes are counted anew behind the wall: agents that share a folder of them would take each other's.
    { do: "private", path: join(state, "sessions") },
    ...sockets(place.user),
    ...stateOfDeck(home),
    ...secrets.filter((path) => !isForProvider(path, place.agentHome)).map(hide),
    ...(place.hidden ?? []).map(hide),
  ];
  const shell: WallStep[] = [
    { do: "read", path: state },
    // Once more, for what was made since the agent started.
    ...kept,
    ...sockets(place.user),
    ...stateOfDeck(home),
    ...[...secrets, ...loginsIn(state), ...(place.hidden ?? [])].map(hide),
  ];
  return { agent, shell };
}

/** What the agent's own file tools must not read, though the agent has to. */
export const unreadableFor = ({ agentHome, agentState }: WallPlace): string[] => [
  ...secretPlaces(agentHome),
  ...loginsIn(agentState),
];

const write = (path: string): WallStep => ({ do: "write", path });
const hide = (path: string): WallStep => ({ do: "hide", path: realPath(path) });

const loginsIn = (state: string): string[] => [".credentials.json", ".claude.json"].map((name) => join(state, name));

/** Code that would run later and elsewhere, and the agent's settings. */
function keptFromWriting(workspace: string, gitFolders: readonly string[]): WallStep[] {
  const hooks = [join(workspace, ".git"), ...gitFolders].map((folder) => join(folder, "hooks"));
  return [...hooks, join(workspace, ".claude")].map((path) => ({ do: "read", path: realPath(path) }));
}

/** The deck's log, its door and the token for it: read-only is not enough for a socket, and the log tells of everybody. */
function stateOfDeck(home: string): WallStep[] {
  const { database, socket, socketNote, httpNote } = homePaths(home);
  return [database, `${database}-wal`, `${database}-shm`, socket, socketNote, httpNote].map(hide);
}

/** Sockets through which programs outside can be made to act: other agents, terminals, key agents, the machine's services. */
function sockets(user: number): WallStep[] {
  const messages = ["/tmp/cc-socks", `/tmp/cc-socks-${user}`].map((path): WallStep => ({ do: "private", path }));
  const others = [...services, `/run/user/${user}`].map((path): WallStep => ({ do: "hide", path }));
  return [...messages, ...others];
}

const services: readonly string[] = [
  // The door of a deck: a construct must not answer its own hold. Another one is in the deck's own folder.
  "/tmp/cyberdeck-door-*",
  "/tmp/tmux-*",
  "/tmp/ssh-*",
  "/tmp/.X11-unix",
  "/run/dbus/system_bus_socket",
  "/run/systemd/private",
  "/run/docker.sock",
  "/run/containerd/containerd.sock",
  "/run/podman/podman.sock",
  "/run/crio/crio.sock",
  "/run/libvirt",
  "/run/snapd.socket",
];
