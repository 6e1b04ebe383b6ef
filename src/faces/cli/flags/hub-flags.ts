import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import type { World } from "../world.ts";
import { absolute } from "./brake-flags.ts";
import { words } from "./values.ts";

/** The flags that say how the hub of a fleet is reached. */
export interface HubFlags {
  /** As whom it is looked at. */
  as?: string;
  /** True: the one of the home. */
  hub?: string | true;
  fleet?: string;
  user?: string;
  password?: string;
  token?: string;
  nkey?: string;
  tlsCa?: string;
  tlsCert?: string;
  tlsKey?: string;
}

/** Adds the flags beside `--hub` that say who we are there. */
export const addHubLogin = (command: Command): Command =>
  command
    .option("--fleet <name>", "with --hub: the fleet", words("--fleet", "main"))
    .option("--user <name>", "with --hub: user of the NATS server; needs --password")
    .option("--password <where>", "with --hub: where its password is: env:NAME or file:PATH")
    .option("--token <where>", "with --hub: where a token for the server is: env:NAME or file:PATH")
    .option("--nkey <where>", "with --hub: where the seed of an nkey is: env:NAME or file:PATH")
    .option("--tls-ca <file>", "with --hub: who has signed the server's certificate (PEM)")
    .option("--tls-cert <file>", "with --hub: our certificate, where the server wants one; needs --tls-key")
    .option("--tls-key <file>", "with --hub: the key of that certificate");

/** What the flags say of a hub, in the form of its settings; undefined: nothing of a hub is asked. */
export function hubOf(flags: HubFlags, world: World): Record<string, unknown> | undefined {
  const { hub, as, fleet, user, password, token, nkey, tlsCa, tlsCert, tlsKey } = flags;
  const file = (path: string | undefined): string | undefined =>
    path === undefined ? undefined : absolute(path, world);
  const tls = given({ ca: file(tlsCa), cert: file(tlsCert), key: file(tlsKey) });
  const urls = typeof hub === "string" ? hub.split(",").flatMap((url) => (url.trim() === "" ? [] : [url.trim()])) : [];
  const said = {
    ...given({ fleet, user, password, token, nkey }),
    ...(urls.length === 0 ? {} : { urls }),
    ...(Object.keys(tls).length === 0 ? {} : { tls }),
  };
  if (hub !== undefined) return said;
  const [first] = Object.keys({ ...said, ...given({ as }) });
  if (first === undefined) return undefined;
  throw new Fault("usage", "cli.no_hub", `--${first} says how to reach a hub, but none is asked for`, {
    hint: "Add --hub nats://host:port, or --hub alone for the one of the home.",
  });
}

/** What was left out is not the same as what is there and undefined. */
const given = (all: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(all).filter((entry): entry is [string, string] => entry[1] !== undefined));
