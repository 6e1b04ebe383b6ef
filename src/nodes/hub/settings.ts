import { readFile } from "node:fs/promises";
import { z } from "zod";
import { errnoOf, Fault, messageOf } from "../../base/fault.ts";
import { readHubAddress } from "../../protocol/hub-address.ts";
import { issueWords, settingHint, settingWords, shaped } from "./setting-words.ts";
import { isName } from "./subjects.ts";

/** Where a secret is: `env:NAME` or `file:/path`. The secret itself is never in a setting or on a command line, where others can read it. */
const secretSchema = z.string({ error: settingWords.secret }).regex(/^(?:env:[A-Za-z_][A-Za-z0-9_]*|file:.+)$/, {
  error: settingWords.secret,
});
const textSchema = z.string({ error: settingWords.text });

/** How to reach the NATS server of a fleet. */
export const hubSettingsSchema = z.strictObject(
  {
    /** `nats://host:port` or `tls://host:port`; several of one cluster. */
    urls: z
      .array(z.string({ error: settingWords.urls }), { error: settingWords.urls })
      .min(1, { error: settingWords.urls }),
    fleet: z.string({ error: settingWords.fleet }).refine(isName, { error: settingWords.fleet }),
    user: textSchema.min(1, { error: "it is empty" }).optional(),
    password: secretSchema.optional(),
    token: secretSchema.optional(),
    /** The seed of an nkey ("SU…"). */
    nkey: secretSchema.optional(),
    /** Paths of PEM files: who has signed the server's certificate, and our own certificate with its key. */
    tls: z
      .strictObject(
        { ca: textSchema.optional(), cert: textSchema.optional(), key: textSchema.optional() },
        { error: shaped(settingWords.tls) },
      )
      .optional(),
  },
  { error: shaped(settingWords.all) },
);
export type HubSettings = z.infer<typeof hubSettingsSchema>;

/** What a hub is opened with: the settings with their secrets read. */
export interface HubAccess {
  urls: string[];
  fleet: string;
  login:
    | { by: "nothing" }
    | { by: "password"; user: string; password: string }
    | { by: "token"; token: string }
    | { by: "nkey"; seed: string };
  /** Undefined: as the server wants it. */
  tls: { ca?: string; cert?: string; key?: string } | undefined;
}

/**
 * Checks settings and reads the secrets that they name.
 * @param env the value of an environment variable of this name
 */
export async function readHubAccess(given: unknown, env: (name: string) => string | undefined): Promise<HubAccess> {
  const parsed = hubSettingsSchema.safeParse(given);
  if (!parsed.success) throw bad(issueWords(parsed.error), settingHint(parsed.error.issues[0]?.path[0]));
  const { urls, fleet, user, password, token, nkey, tls } = parsed.data;
  const isTls = urls.map((url) => readHubAddress(url).protocol).includes("tls:");
  if ([password, token, nkey].filter((one) => one !== undefined).length > 1)
    throw bad("more than one of password, token and nkey is set", "Give one of them: the server takes one login.");
  if ((user === undefined) !== (password === undefined))
    throw bad(
      `user and password belong together, and there is no ${user === undefined ? "user" : "password"}`,
      "Give both, --user NAME and --password env:NAME or file:PATH (user and password in hub.json), or neither. See docs/hub.md.",
    );
  if ((tls?.cert === undefined) !== (tls?.key === undefined))
    throw bad(
      `tls.cert and tls.key belong together, and there is no tls.${tls?.cert === undefined ? "cert" : "key"}`,
      "Give both, --tls-cert FILE and --tls-key FILE (cert and key in tls of hub.json), or neither. See docs/hub.md.",
    );
  for (const [what, path] of Object.entries(tls ?? {})) if (path !== undefined) await readable(`tls.${what}`, path);
  const files = Object.fromEntries(Object.entries(tls ?? {}).filter(([, path]) => path !== undefined));
  return {
    urls,
    fleet,
    login: await login(),
    tls: isTls || tls !== undefined ? files : undefined,
  };

  async function login(): Promise<HubAccess["login"]> {
    if (user !== undefined && password !== undefined)
      return { by: "password", user, password: await secret("password", password, env) };
    if (token !== undefined) return { by: "token", token: await secret("token", token, env) };
    if (nkey === undefined) return { by: "nothing" };
    const seed = await secret("nkey", nkey, env);
    if (!/^SU[A-Z2-7]{56}$/.test(seed))
      throw bad(
        `what ${nkey} holds is not the seed of a user's nkey ("SU…")`,
        "Put the seed there that belongs to the public key in the settings of the server; nk -gen user makes one.",
      );
    return { by: "nkey", seed };
  }
}

async function secret(what: string, where: string, env: (name: string) => string | undefined): Promise<string> {
  const [kind] = where.split(":", 1);
  const place = where.slice(where.indexOf(":") + 1);
  const value = (kind === "env" ? env(place) : await readable(what, place))?.trim() ?? "";
  if (value === "")
    throw new Fault("usage", "hub.no_secret", `the ${what} for the hub is empty: ${where}`, {
      facts: { what, where },
      hint:
        kind === "env"
          ? `Set the environment variable ${place}.`
          : `Write the ${what} into ${place}, readable for you alone.`,
    });
  return value;
}

async function readable(what: string, path: string): Promise<string> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    throw new Fault(
      "usage",
      "hub.unreadable",
      `${what} of the hub cannot be read: ${path} (${errnoOf(error) ?? messageOf(error)})`,
      {
        facts: { what, path },
        hint: "Check the path, and that you may read the file.",
        cause: error,
      },
    );
  }
}

const bad = (why: string, hint: string): Fault =>
  new Fault("usage", "hub.bad_settings", `the settings of the hub are not right: ${why}`, { facts: { why }, hint });
