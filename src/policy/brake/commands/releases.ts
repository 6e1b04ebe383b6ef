import { projectCode } from "../project.ts";
import { loose, spelled, table, unknown, type Handler, type Run } from "../run.ts";

/** Tools that choose versions, release and deploy, and the package managers of the system: looking is allowed. */
export const releaseCommands: [string, Handler][] = [
  ...table("nvm fnm volta corepack asdf mise rustup pyenv rbenv", versions),
  ...table("semantic-release np release-it twine goreleaser npm-publish gh-pages vsce ovsx", outgoing),
  ...table(
    "netlify vercel firebase fly flyctl heroku wrangler railway surge eas eas-cli serverless sls sst cdk now amplify eb render",
    deploys,
  ),
  ...table(
    "apt apt-get apt-cache aptitude dnf yum pacman apk zypper brew snap flatpak port dpkg rpm choco winget",
    system,
  ),
];

function versions(run: Run): void {
  const verb = run.args[0]?.text ?? "";
  if (/^(?:ls|list|current|version|which|show|use|--version|-v|where|ls-remote|toolchain)$/.test(verb)) return;
  unknown(run, spelled(run));
}

function outgoing(run: Run): void {
  if (run.args.some((arg) => /^(?:--version|--help|-h|--dry-run|check)$/.test(arg.text)))
    return projectCode(run, spelled(run));
  run.emit({ kind: "publish", what: spelled(run) });
}

function deploys(run: Run): void {
  const verbs = run.args.filter((arg) => !arg.text.startsWith("-")).map((arg) => arg.text);
  if (
    run.args.every((arg) => arg.kind === "known" && !/submit|deploy|publish/.test(arg.text)) &&
    /^(?:dev|build|types|status|logs?|list|ls|whoami|inspect|info|synth|diff|--version)$/.test(
      verbs[0] ?? run.args[0]?.text ?? "--version",
    )
  )
    return run.emit({ kind: "look-remote", what: spelled(run) });
  run.emit({ kind: "publish", what: spelled(run) });
}

function system(run: Run): void {
  const looks =
    /^(?:list|show|search|info|policy|-l|-L|-s|-S|-q[a-z]*|-Q[a-z]*|--version|--list|madison|showpkg|depends|rdepends|outdated|leaves|deps)$/;
  const texts = run.args.map((arg) => arg.text);
  if (
    run.args[0]?.kind === "known" &&
    run.args.every((arg) => !loose(arg) || arg.single || /^(?:dpkg|rpm)$/.test(run.name))
  )
    if ((run.name === "pacman" ? /^-(?:Q[a-z]*|S[is]|F[a-z]*)$/ : looks).test(texts[0] ?? "")) return;
  run.emit({ kind: "system-control", what: spelled(run) });
}
