import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { readHubAddress } from "../../../protocol/hub-address.ts";
import type { World } from "../world.ts";
import { absolute } from "./brake-flags.ts";
import { words } from "./values.ts";

/** The flags that say as whom a hub is reached. */
export interface LoginFlags {
  user?: string;
  password?: string;
  token?: string;
  nkey?: string;
  tlsCa?: string;
  tlsCert?: string;
  tlsKey?: string;
}

/** The flags that say how the hub of a fleet is reached, of a command that may do without. */
export interface HubFlags extends LoginFlags {
  /** As whom it is looked at. */
  as?: string;
  /** True: the one of the home. */
  hub?: string | true;
  fleet?: string;
}

/** Adds the flags that say who we are at a hub. @param when before the words of each */
export const addLogin = (command: Command, when = ""): Command =>
  command
    .option("--user <name>", `${when}user of the NATS server; needs --password`)
    .option("--password <where>", `${when}where its password is: env:NAME or file:PATH`)
    .option("--token <where>", `${when}where a token for the server is: env:NAME or file:PATH`)
    .option("--nkey <where>", `${when}where the seed of an nkey is: env:NAME or file:PATH`)
    .option("--tls-ca <file>", `${when}who has signed the server's certificate (PEM)`)
    .option("--tls-cert <file>", `${when}our certificate, where the server wants one; needs --tls-key`)
    .option("--tls-key <file>", `${when}the key of that certificate`);

/** Adds the flags beside a `--hub` that may be left out. */
export const addHubLogin = (command: Command): Command =>
  addLogin(command.option("--fleet <name>", "with --hub: the fleet", words("--fleet", "main")), "with --hub: ");

/** What the flags say of who we are, in the form of a hub's settings. */
export function loginOf({ user, password, token, nkey, tlsCa, tlsCert, tlsKey }: LoginFlags, world: World) {
  const file = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : absolute(path, world);
  const tls = given({ ca: file(tlsCa), cert: file(tlsCert), key: file(tlsKey) });
  return { ...given({ user, password, token, nkey }), ...(Object.keys(tls).length === 0 ? {} : { tls }) };
}

/**
 * The addresses in what was given with a flag, separated by commas. What is none is refused here, before it is in a record, in the command line
 * of a host, or in a command that is proposed.
 */
export function addressesIn(text: string): string[] {
  const addresses = text.split(",").flatMap((url) => url.trim() || []);
  for (const address of addresses) readHubAddress(address);
  return addresses;
}

/** What the flags say of a hub, in the form of its settings; undefined: nothing of a hub is asked. */
export function hubOf(flags: HubFlags, world: World): Record<string, unknown> | undefined {
  const { hub, as, fleet } = flags;
  const urls = typeof hub === "string" ? addressesIn(hub) : [];
  const said = { ...given({ fleet }), ...loginOf(flags, world), ...(urls.length === 0 ? {} : { urls }) };
  if (hub !== undefined) return said;
  const [first] = Object.keys({ ...said, ...given({ as }) });
  if (first === undefined) return undefined;
  throw new Fault("usage", "cli.no_hub", `--${first} says how to reach a hub, but none is asked for`, {
    hint: "Add --hub nats://host:port, or --hub alone for the one of the home.",
  });
}

/** What was left out is not the same as what is there and undefined. */
export const given = <T extends Record<string, string | undefined>>(all: T): { [K in keyof T]?: string } =>
  Object.fromEntries(Object.entries(all).filter(([, value]) => value !== undefined)) as { [K in keyof T]?: string };
