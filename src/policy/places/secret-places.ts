import { join } from "node:path";

/**
 * Where keys and credentials usually lie on a machine: files, and folders that hold nothing else. The brake knows them by
 * shape (`secrets.ts`), wherever they are; the wall, which is put up in advance, must know them by name.
 */
export function secretPlaces(home: string): string[] {
  return [...inHome.map((name) => join(home, name)), ...ofTheMachine];
}

/** What the agent itself may have to read to reach its provider. Its shell commands do not get to see it. */
export function isForProvider(place: string, home: string): boolean {
  return providers.some((name) => place === join(home, name));
}

const providers: readonly string[] = [".aws", ".azure", ".config/gcloud", ".claude.json", ".claude/.credentials.json"];

const inHome: readonly string[] = [
  ...providers,
  ".ssh",
  ".gnupg",
  ".kube",
  ".password-store",
  ".config/gh",
  ".config/op",
  ".config/hub",
  ".config/doctl",
  ".config/git/credentials",
  ".local/share/keyrings",
  ".docker/config.json",
  ".cargo/credentials",
  ".cargo/credentials.toml",
  ".terraform.d/credentials.tfrc.json",
  ".gem/credentials",
  ".netrc",
  ".npmrc",
  ".pypirc",
  ".pgpass",
  ".my.cnf",
  ".git-credentials",
  ".vault-token",
  ".boto",
  ".s3cfg",
];

const ofTheMachine: readonly string[] = [
  "/etc/shadow",
  "/etc/shadow-",
  "/etc/gshadow",
  "/etc/gshadow-",
  "/etc/sudoers",
  "/etc/sudoers.d",
  "/etc/ssh/ssh_host_rsa_key",
  "/etc/ssh/ssh_host_ecdsa_key",
  "/etc/ssh/ssh_host_ed25519_key",
];
