import { chmodSync, existsSync, mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/** A program that leaves a mark when it is run, and every place in a repository that could make git run it. */
export interface Trap {
  isSprung: () => boolean;
  /** Settings that name the program. */
  settings: string;
  setHooks: (gitFolder: string) => void;
}

export function trap(folder: string): Trap {
  const mark = join(folder, "sprung");
  const program = join(folder, "trap.sh");
  writeFileSync(program, `#!/bin/sh\necho "$0 $*" >> '${mark}'\ncat\n`);
  chmodSync(program, 0o755);
  return {
    isSprung: () => existsSync(mark),
    settings: `
[core]
	fsmonitor = ${program}
	hooksPath = ${join(folder, "hooks")}
	sshCommand = ${program}
	pager = ${program}
	editor = ${program}
	askPass = ${program}
	alternateRefsCommand = ${program}
	gitProxy = ${program}
[credential]
	helper = !${program}
[diff]
	external = ${program}
[diff "evil"]
	command = ${program}
	textconv = ${program}
[merge "evil"]
	driver = ${program}
[filter "evil"]
	clean = ${program}
	smudge = ${program}
	required = true
[gpg]
	program = ${program}
[commit]
	gpgSign = true
[uploadpack]
	packObjectsHook = ${program}
[alias]
	rev-parse = !${program}
[interactive]
	diffFilter = ${program}
`,
    setHooks(gitFolder) {
      for (const hooks of [join(gitFolder, "hooks"), join(folder, "hooks")]) {
        mkdirSync(hooks, { recursive: true });
        for (const name of hookNames) {
          writeFileSync(join(hooks, name), `#!/bin/sh\necho ${name} >> '${mark}'\n`);
          chmodSync(join(hooks, name), 0o755);
        }
      }
    },
  };
}

const hookNames = [
  "post-checkout",
  "post-index-change",
  "reference-transaction",
  "pre-commit",
  "post-commit",
  "pre-auto-gc",
  "post-merge",
  "fsmonitor-watchman",
];
