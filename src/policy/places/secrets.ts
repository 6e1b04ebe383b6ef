import { basename, join } from "node:path";
import { decksOf } from "./decks.ts";
import { isWithin } from "./within.ts";
import type { BrakeContext } from "../brake/context.ts";
import { anyText, shapeMatches } from "../shell/shape.ts";

/** Whether an absolute, normalised path is a file (or lies in a folder) that holds keys or credentials. */
export function isSecret(path: string, context: BrakeContext): boolean {
  const lower = path.toLowerCase();
  if (hint.test(lower) && secretPaths.some((shape) => shape.test(lower))) return true;
  return decksOf(context).some(
    ({ deckHome, runFolder }) =>
      isWithin(path, deckHome) &&
      !isWithin(path, runFolder) &&
      !isWithin(path, `${deckHome}/runs`) &&
      path !== deckHome,
  );
}

/** Whether reading all of a folder would read a place where secrets are kept. */
export function holdsSecrets(folder: string, context: BrakeContext): boolean {
  if (secretFolder.test(folder.toLowerCase())) return true;
  const real = context.realPath(folder);
  return secretSamples(context.home).some((sample) => isWithin(sample, folder) || isWithin(sample, real));
}

/**
 * Whether a glob may match a secret, or, with `reach`, a folder that holds some.
 * @param shape of absolute paths, see `shape.ts`
 * @param base the folder in front of its first wildcard
 */
export function matchesSecrets(shape: string, base: string, reach: boolean, context: BrakeContext): boolean {
  if (dottedNames.some((name) => shapeMatches(shape, join(base, name)))) return true;
  // A plain `*` means "all files here"; that a key may lie among a project's files is accepted.
  if (!shape.endsWith(`/${anyText}`) && keyNames.some((name) => shapeMatches(shape, join(base, name)))) return true;
  return secretSamples(context.home).some((sample) =>
    [sample, ...(reach ? parentsOf(sample) : [])].some((path) => shapeMatches(shape, path)),
  );
}

/** What every one of the patterns below needs; most paths have none of it. */
const hint =
  /\/[._](?:ssh|aws|gnupg|azure|kube|pass|config|local|docker|claude|cargo|terraform|gem|net|npm|pypi|pg|my|git-|vault|boto|s3|env)|\/id_|\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk)$|\/etc\/|^\/proc\//;

/** Home folders are not spelled out: another user's keys are as secret as this one's. Matched in lower case. */
const secretPaths: readonly RegExp[] = [
  /\/\.ssh\/(?!(?:config|known_hosts|authorized_keys)$|[^/]*\.pub$)./,
  /\/\.(?:aws|gnupg|azure|kube|password-store)\/./,
  /\/\.config\/(?:gcloud|gh|op|hub|doctl|git\/credentials)(?:\/|$)/,
  /\/\.local\/share\/keyrings\//,
  /\/\.docker\/config\.json$/,
  /\/\.claude[^/]*\/(?:.*\/)?[^/]*credential/,
  /\/\.claude\.json/,
  /\/\.(?:cargo|terraform\.d|gem)\/credentials/,
  /\/(?:\.|_)(?:netrc|npmrc|pypirc|pgpass|my\.cnf|git-credentials|vault-token|boto|s3cfg)$/,
  /\/\.env(?:\.(?!(?:example|sample|template|dist|defaults?|schema)$)[^/]*)?$/,
  /\/id_(?:rsa|dsa|ecdsa|ed25519|xmss)(?:_sk)?(?:\.(?!pub$)[^/]*)?$/,
  /\.(?:pem|key|p12|pfx|jks|keystore|kdbx|ppk)$/,
  /^(?:\/private)?\/etc\/(?:g?shadow-?|sudoers(?:\.d\/.*)?|master\.passwd|ssh\/[^/]*_key)$/,
  /^\/proc\/[^/]+\/(?:task\/\d+\/)?(?:environ|mem|root|cwd|fd|map_files)(?:\/|$)/,
];

const secretFolder = /\/\.(?:ssh|aws|gnupg|azure|kube|password-store|docker|claude)$|\/\.config\/(?:gcloud|gh)$/;

/** Names that a wildcard in any folder might mean. */
const dottedNames: readonly string[] = [".env", ".env.local", ".netrc", ".npmrc"];
const keyNames: readonly string[] = ["id_rsa", "id_ed25519"];

function secretSamples(home: string): string[] {
  const inHome = [
    ".ssh/id_rsa",
    ".ssh/id_ed25519",
    ".aws/credentials",
    ".config/gcloud/credentials.db",
    ".config/gh/hosts.yml",
    ".gnupg/secring.gpg",
    ".docker/config.json",
    ".kube/config",
    ".claude/.credentials.json",
    ".claude.json",
    ".netrc",
    ".npmrc",
    ".pypirc",
    ".git-credentials",
  ];
  return [
    ...inHome.map((name) => `${home}/${name}`),
    "/root/.ssh/id_rsa",
    "/etc/shadow",
    "/etc/ssh/ssh_host_rsa_key",
    "/proc/self/environ",
    "/proc/1/environ",
  ];
}

function parentsOf(path: string): string[] {
  const parents: string[] = [];
  for (let at = path; at !== "/" && basename(at) !== ""; at = at.slice(0, at.lastIndexOf("/"))) parents.push(at);
  return [...parents, "/"];
}
