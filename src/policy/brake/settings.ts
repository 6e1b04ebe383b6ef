import { assignable } from "../variables.ts";

/** Whether a variable may get this value. Most may get any; those that steer programs only what is known to be harmless. */
export function isHarmlessSetting(name: string, value: string | undefined): boolean {
  if (assignable(name) === undefined) return true;
  return harmless.some(([names, values]) => names.test(name) && value !== undefined && values.test(value));
}

const anything = /^/;

/** Pairs of a name and the values that change nothing but output, limits and targets. */
const harmless: readonly (readonly [names: RegExp, values: RegExp])[] = [
  [
    /^NODE_OPTIONS$/,
    /^(?:--(?:max-old-space-size=\d+|no-warnings|no-deprecation|enable-source-maps|trace-\w+|experimental-(?:vm-modules|strip-types))\s*)*$/,
  ],
  [/^PYTHONPATH$/, /^(?!.*\.\.)(?:[\w.][\w./-]*:?)+$/],
  [/^(?:.*PAGER|PYTHON(?:IOENCODING|WARNINGS|UTF8)|GIT_(?:PAGER|TERMINAL_PROMPT))$/, /^(?:cat|less|more|\d|[\w:-]*)$/],
  [/^(?:GOOS|GOARCH|CGO_ENABLED|GO111MODULE|GOMAXPROCS)$/, /^\w*$/],
  [
    /^(?:DOCKER_BUILDKIT|CARGO_(?:TERM_COLOR|INCREMENTAL|BUILD_JOBS)|TF_(?:LOG|IN_AUTOMATION|INPUT|WORKSPACE))$/,
    /^\w*$/,
  ],
  [/^(?:AWS_(?:PROFILE|REGION|DEFAULT_REGION)|DISABLE_\w+|PIP_(?:DISABLE_PIP_VERSION_CHECK|NO_INPUT))$/, /^[\w.-]*$/],
  [/^GIT_(?:AUTHOR|COMMITTER)_(?:NAME|EMAIL|DATE)$/, anything],
  [/^RUSTFLAGS$/, /^(?:-[DAW]\s*\w+\s*)*$/],
  [/^(?:TMPDIR|TMP|TEMP)$/, /^\/tmp(?:\/[\w-]+)*$/],
  [/^IFS$/, /^[\s,:;|]*$/],
  [/^(?:MAKEFLAGS)$/, /^-j\s*\d*$/],
  [/^NPM_CONFIG_(?:LOGLEVEL|PROGRESS|FUND|AUDIT)$/i, /^\w*$/],
];
