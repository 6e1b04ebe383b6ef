import { assignable } from "../shell/variables.ts";

/** Whether a variable may get this value. Most may get any; those that steer programs only what is known to be harmless. */
export function isHarmlessSetting(name: string, value: string | undefined): boolean {
  if (assignable(name) === undefined || name === "_") return true;
  if (name === "PATH" && value !== undefined) return value.split(":").every((folder) => toolFolder.test(folder));
  return harmless.some(([names, values]) => names.test(name) && value !== undefined && values.test(value));
}

/** Folders with programs that the system, the user or the project's package manager put there. */
const toolFolder =
  /^(?:\$\{?PATH\}?|\/(?:usr\/(?:local\/)?|opt\/homebrew\/)?s?bin|(?!\/(?:tmp|var|dev)\/)(?:[^:]*\/)?(?:node_modules\/\.bin|\.?venv\/bin)|vendor\/bin|\/[\w.-]+\/[\w.-]+\/(?:\.cargo|\.local|go|\.bun|\.deno|\.npm-global|\.volta|\.rbenv|\.pyenv)\/bin)$/;

const anything = /^/;

/** Pairs of a name and the values that change nothing but output, limits and targets. */
const harmless: readonly (readonly [names: RegExp, values: RegExp])[] = [
  [
    /^NODE_OPTIONS$/,
    /^(?:--(?:max-old-space-size=\d+|no-warnings|no-deprecation|enable-source-maps|trace-\w+|experimental-(?:vm-modules|strip-types))\s*)*$/,
  ],
  [/^PYTHONPATH$/, /^(?!.*\.\.)(?:[\w.][\w./-]*:?)+$/],
  [/^(?:.*PAGER|PYTHON(?:IOENCODING|WARNINGS|UTF8)|GIT_(?:PAGER|TERMINAL_PROMPT))$/, /^(?:cat|less|more|\d|[\w:-]*)$/],
  [/^GOFLAGS$/, /^-(?:mod=\w+|v|race|trimpath|count=\d+)(?:\s+-(?:mod=\w+|v|race|trimpath|count=\d+))*$/],
  [/^(?:GIT_(?:SEQUENCE_)?EDITOR|EDITOR|VISUAL)$/, /^(?:true|:|cat)$/],
  [/^BASH_XTRACEFD$/, /^\d+$/],
  [/^(?:GOOS|GOARCH|CGO_ENABLED|GO111MODULE|GOMAXPROCS)$/, /^\w*$/],
  [
    /^(?:DOCKER_BUILDKIT|CARGO_(?:TERM_COLOR|INCREMENTAL|BUILD_JOBS)|TF_(?:LOG|IN_AUTOMATION|INPUT|WORKSPACE))$/,
    /^\w*$/,
  ],
  [/^(?:AWS_(?:PROFILE|REGION|DEFAULT_REGION)|DISABLE_\w+|PIP_(?:DISABLE_PIP_VERSION_CHECK|NO_INPUT))$/, /^[\w.-]*$/],
  [/^GIT_(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)$/, anything],
  [/^RUSTFLAGS$/, /^(?:-(?:[DAW]\s*\w+|C\s*(?:target-cpu|opt-level|debuginfo|debug-assertions)=[\w-]+)\s*)*$/],
  [/^(?:A|L|M|T|UB)SAN_OPTIONS$/, /^(?!.*log_path)[\w=:.,-]*$/],
  [/^(?:TMPDIR|TMP|TEMP)$/, /^\/tmp(?:\/[\w-]+)*$/],
  [/^IFS$/, /^[\s,:;|]*$/],
  [/^(?:MAKEFLAGS)$/, /^-j\s*\d*$/],
  [/^NPM_CONFIG_(?:LOGLEVEL|PROGRESS|FUND|AUDIT)$/i, /^\w*$/],
];
