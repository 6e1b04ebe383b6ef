import { refuse, type Refusal } from "../brake/refusal.ts";

/** May a shell line set this variable? Not where the shell or a program takes code, paths or rights from it. */
export function assignable(name: string): Refusal | undefined {
  if (!/^[A-Za-z_]\w*$/.test(name)) return refuse("variable.name", `${name} is not a plain variable name.`);
  if (steering.test(name))
    return refuse("variable.steering", `${name} changes what programs run or where they look; leave it as it is.`);
  return undefined;
}

/** A deny-list can miss one: the commands that a line may use are what bounds the damage. */
const steering = new RegExp(
  `^(?:${[
    "_|.*PATH|HOME|.*_HOME|PWD|OLDPWD|IFS|ENV|SHELL|SHELLOPTS|BASH.*|CDPATH|GLOBIGNORE|PROMPT_COMMAND|PS[0-4]|FIGNORE",
    "FUNCNEST|HIST.*|INPUTRC|MAIL.*|EXECIGNORE|OPTIND|TMPDIR|TEMP|TMP|XDG_.*|SSH_.*|DISPLAY",
    "LD_.*|DYLD_.*|GLIBC_.*|MALLOC_.*|GCONV.*|LOCPATH|NLSPATH|TERMINFO.*|TERMCAP|LC_PATH",
    "NODE_(?!ENV$).*|NPM_.*|npm_.*|YARN_.*|PNPM_.*|pnpm_.*|COREPACK_.*|BUN_.*|DENO_.*|VITE_NODE.*|ESBUILD.*|TS_NODE.*",
    "PYTHON(?!UNBUFFERED$|DONTWRITEBYTECODE$|HASHSEED$).*|PYTEST_.*|PIP_.*|UV_.*|PERL.*|RUBY.*|GEM_.*|BUNDLE_.*|LUA_.*|PHP.*",
    "JAVA_.*|_JAVA_.*|JDK_.*|MAVEN_.*|GRADLE_.*|CLASSPATH|CARGO.*|RUSTC.*|RUSTDOC.*|RUSTFLAGS|RUSTUP_.*|GO[A-Z0-9]+|CGO_.*",
    "MAKE.*|MFLAGS|CC|CXX|CPP|LD|AR|AS|CMAKE_.*|PKG_CONFIG.*|COMPILER_.*",
    "GIT_.*|EDITOR|VISUAL|.*PAGER|BROWSER|LESS.*|GREP_.*|RIPGREP_.*|JQ_.*|TAR_.*|GZIP|ZIPOPT|TIMEFORMAT|FCEDIT",
    ".*_(?:PROXY|proxy)|CURL_.*|WGETRC|SSL.*|.*_(?:OPTIONS|OPTS|FLAGS|CONFIG|COMMAND|WRAPPER|PROGRAM|EDITOR|SHELL|ASKPASS)",
    "AWS_.*|AZURE_.*|GOOGLE_.*|CLOUDSDK_.*|KUBE.*|DOCKER_.*|HELM_.*|TF_.*|VAULT_.*",
    "ANTHROPIC_.*|CLAUDE.*|CYBERDECK.*|DISABLE_.*|OPENAI_.*",
  ].join("|")})$`,
);
