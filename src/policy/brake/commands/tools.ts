import { knownArgument, type Argument } from "../../shell/argument.ts";
import { locate } from "../../places/paths.ts";
import { isFar, projectCode } from "../project.ts";
import { judgeJustfile, judgeRecipes } from "../project-scripts.ts";
import { taskEffect } from "../project-tasks.ts";
import { codeOf } from "./interpreters.ts";
import { recipesOf } from "../makefile.ts";
import { judgeMadePrograms } from "../made.ts";
import { deletes, loose, reads, spelled, split, table, unknown, writes, type Handler, type Run } from "../run.ts";

/** Compilers, test runners, linters and builders: they run the project's own code and settings. */
export const toolCommands: [string, Handler][] = [
  ...table(
    "tsc tsx ts-node tsgo vue-tsc eslint oxlint oxfmt biome prettier stylelint vitest jest mocha ava c8 nyc playwright cypress " +
      "webpack rollup vite esbuild swc babel parcel turbo nx lerna next nuxt astro ng storybook tsup rimraf knip depcheck " +
      "madge husky lint-staged concurrently nodemon pm2-dev serve http-server wait-on changeset commitlint typedoc tailwindcss " +
      "pytest py.test mypy pyright ruff black isort flake8 pylint tox nox coverage bandit pre-commit sphinx-build mkdocs " +
      "rustc rustfmt clippy-driver gofmt goimports golangci-lint staticcheck govulncheck gotestsum mockgen " +
      "gcc g++ cc c++ clang clang++ clang-format clang-tidy cmake ctest ninja meson ld ar ranlib strip nasm " +
      "javac jar javadoc kotlinc ktlint scalac rspec rubocop rake phpunit phpstan phpcs php-cs-fixer pint pest " +
      "swiftc swiftlint dart flutter elixirc mix rebar3 stack cabal ghc hlint zig dune ocamlfind shellcheck shfmt hadolint " +
      "yamllint markdownlint markdownlint-cli2 actionlint codespell vale protoc buf sqlc graphql-codegen prisma-format " +
      "openapi-generator xcodebuild xcrun flask uvicorn gunicorn hypercorn streamlit jupyter ansible-lint wasm-pack trunk iex pod tflint tfsec checkov trivy semgrep lefthook act cookiecutter copier gulp grunt invoke inv fab lein hugo jekyll mdbook pandoc dot plantuml mmdc ffmpeg ffprobe convert magick identify exiftool lake lean",
    projectTool,
  ),
  ...table("make gmake just task bazel buck2 pants", builder),
  ...table("mvn mvnw gradle gradlew sbt ant mill", jvm),
  ...table("cargo", subcommands("publish yank owner login logout install uninstall", "cargo")),
  ...table("go", goTool),
  ...table("dotnet", subcommands("nuget", "dotnet")),
  ...table("swift", subcommands("publish", "swift")),
];

/** Files that are named as output are judged; everything else is the project's own business. */
function projectTool(run: Run): void {
  const { options, operands } = split(run.args, "-o --output --out --outfile --outDir --outdir --out-dir -d");
  for (const option of options)
    if (
      /^(?:-o|--(?:output|out|outfile|outDir|outdir|out-dir|output-file|output-dir|basetemp|junitxml))$/.test(
        option.name,
      ) &&
      option.value
    )
      if (compilers.test(run.name)) compiles(run, option.value, operands);
      else writes(run, option.value);
  const code = run.args.findIndex((arg) => /^(?:--eval|-e|-p|--print|-pe)$/.test(arg.text));
  if (/^(?:tsx|ts-node)$/.test(run.name) && code !== -1) return codeOf({ ...run, name: "node" }, run.args[code + 1]);
  if (
    run.args.some((arg) => /^(?:--eval|--exec|-e)$/.test(arg.text)) &&
    /^(?:nodemon|concurrently|nx|lerna|ghc|swift)$/.test(run.name)
  )
    return unknown(run, `${run.name} with code of its own`);
  if (run.name === "rimraf") for (const path of operands) deletes(run, path, true);
  if (
    (run.name === "changeset" || run.name === "lerna" || run.name === "mix" || run.name === "mkdocs") &&
    operands.some((arg) => /publish|gh-deploy/.test(arg.text))
  )
    return run.emit({ kind: "publish", what: spelled(run) });
  if (/^(?:concurrently|wait-on|nodemon)$/.test(run.name) && operands.some((arg) => /\s/.test(arg.text)))
    for (const arg of operands) run.script(arg.text);
  if (
    sharing.test(run.name) &&
    run.args
      .slice(0, 4)
      .some((arg) =>
        /^(?:publish|upload|deploy|push|submit|release|supply|deliver|hex|--upload-\w+|--publish|--push|notarytool|--(?:allow-)?privileged|--container-options|--broadcast)$/.test(
          arg.text,
        ),
      )
  )
    return run.emit({ kind: "publish", what: spelled(run) });
  // A formatter or a fixer may write whatever it is given.
  for (const arg of operands) if (/\.claude|\.cyberdeck|(?:^|\/)\.git(?:\/|$)/.test(arg.text)) writes(run, arg);
  if (run.name === "pandoc" && run.args.some((arg) => /^(?:-F|--filter|--lua)/.test(arg.text)))
    return unknown(run, "pandoc with a filter");
  if (/^(?:tsx|ts-node)$/.test(run.name) && operands[0] !== undefined) return scripted(run, operands[0]);
  if (/^(?:convert|magick|ffmpeg)$/.test(run.name) && operands.length > 1) {
    const last = operands.at(-1);
    if (last !== undefined) writes(run, last);
  }
  if (run.args.some((arg) => loose(arg) && arg.prefix === "" && /^\$\{?[@*]/.test(arg.text)))
    return unknown(run, `${run.name} ${run.args.map((arg) => arg.text).join(" ")}`);
  if (taskRunners.test(run.name)) {
    const beyond = taskEffect(operands.map((arg) => arg.text));
    if (beyond !== undefined) return run.emit({ kind: beyond, what: spelled(run) });
  }
  const far = run.args.find((arg) => !media.test(run.name) && isFar(arg, run));
  if (far !== undefined)
    return run.emit({
      kind: "execute-unknown",
      what: `${run.name} on ${far.text}, outside of the workspace`,
      foreign: false,
    });
  projectCode(run, run.name);
}

/** Tools of an ecosystem that also publish to it. */
const sharing =
  /^(?:cabal|dart|flutter|stack|ng|xcrun|rebar3|dune|pod|mix|elm|gleam|nimble|crystal|shards|raco|conan|vcpkg|luarocks|opam|earthly|act|dagger|pixi|hatch|maturin|flit|poetry|wasm-pack|storybook|mkdocs|fastlane|buf|helm-docs|tfx|forge|hardhat|truffle|anchor|dbt|lein|zig|spago|alire|alr|fpm|conda-build|sfdx|lerna|nx)$/;

const taskRunners = /^(?:rake|mix|gulp|grunt|nx|turbo|lerna|invoke|inv|fab|lein|rebar3|phing|robo|nox|tox)$/;

const compilers = /^(?:gcc|g\+\+|cc|c\+\+|clang|clang\+\+|rustc|zig|ghc|swiftc|kotlinc|javac)$/;

/** What a compiler makes of files that were there before is the project's own program. */
function compiles(run: Run, output: Argument, sources: readonly Argument[]): void {
  const { made, compiled, scene } = run;
  const own =
    run.input.kind === "none" &&
    output.kind === "known" &&
    sources.every(
      (file) =>
        file.kind !== "unknown" &&
        file.text !== "-" &&
        !scene.folders.some((at) => made.has(locate(file.text, at, scene.context).plain)),
    );
  const before = new Set(made);
  writes(run, output);
  if (!own) return;
  for (const path of made) if (!before.has(path)) compiled.add(path);
}

const media =
  /^(?:ffmpeg|ffprobe|convert|magick|identify|exiftool|pandoc|dot|shellcheck|yamllint|gcc|g\+\+|cc|c\+\+|clang|clang\+\+|ld|ar)$/;

function scripted(run: Run, file: Argument): void {
  reads(run, file);
  projectCode(run, `${run.name} ${file.text}`, file);
}

function builder(run: Run): void {
  const { options, operands } = split(run.args, "-C -f -j -I -o -W --directory --file --makefile");
  if (
    options.some((option) => option.name.startsWith("--eval")) ||
    operands.some((arg) => /^(?:SHELL|MAKEFLAGS|\.SHELLFLAGS)[:+?]?=|\$\(shell/.test(arg.text))
  )
    return unknown(run, `${run.name} with code of its own`);
  if (operands.some(loose)) return unknown(run, `${run.name} with targets that only the run will tell`);
  const beyond = taskEffect(operands.map((arg) => arg.text));
  if (beyond !== undefined) return run.emit({ kind: beyond, what: spelled(run) });
  if (operands.some((arg) => arg.text === "install"))
    return unknown(run, "make install, which writes to system folders");
  const folder = options.find((option) => /^(?:-C|--directory)$/.test(option.name))?.value;
  projectCode(run, spelled(run), folder);
  if (run.name === "just") judgeJustfile(run, folder ?? knownArgument("."));
  const makefile = options.find((option) => /^(?:-f|--file|--makefile)$/.test(option.name))?.value;
  if (/^g?make$/.test(run.name) && (makefile === undefined || makefile.kind === "known"))
    judgeRecipes(
      run,
      operands.map((arg) => arg.text).filter((text) => !text.includes("=")),
      folder ?? knownArgument("."),
      makefile?.text,
    );
  for (const option of options)
    if (/^(?:-f|--file|--makefile)$/.test(option.name) && option.value)
      if (/^(?:-|\/dev\/(?:stdin|fd\/\d+))$/.test(option.value.text)) rulesFromInput(run);
      else scripted(run, option.value);
}

/** Rules that the call itself shows are judged recipe by recipe. */
function rulesFromInput(run: Run): void {
  if (run.input.kind === "text") for (const recipe of recipesOf(run.input.text)) run.script(recipe);
  else run.emit({ kind: "execute-unknown", what: `${run.name}, which reads its rules from elsewhere`, foreign: true });
}

function jvm(run: Run): void {
  if (run.args.some((arg) => /(?:^|:)site-deploy$|exec:|antrun/i.test(arg.text)))
    return run.emit({ kind: "publish", what: spelled(run) });
  const beyond = taskEffect(
    run.args.map((arg) => arg.text.replace(/^\+/, "").replace(/^sonatype(?=\w*(?:Release|Upload|Close))/, "release")),
  );
  if (beyond !== undefined) return run.emit({ kind: beyond, what: spelled(run) });
  if (run.args.some((arg) => loose(arg) || /^(?:-I|--init-script|-s$|--settings)/.test(arg.text)))
    return unknown(run, spelled(run));
  projectCode(run, spelled(run));
}

/** @param names of subcommands that reach beyond the project */
function subcommands(names: string, tool: string): Handler {
  const refused = new Set(names.split(" "));
  return (run) => {
    const first = run.args.find((arg) => !/^[-+]/.test(arg.text));
    if (first !== undefined && (first.kind !== "known" || refused.has(first.text)))
      return run.emit(
        /install|nuget/.test(first.text)
          ? { kind: "unknown", what: spelled(run) }
          : { kind: "publish", what: spelled(run) },
      );
    if (run.args.some((arg) => arg.text.startsWith("--config")))
      return unknown(run, `${tool} with settings of its own`);
    const words = run.args.filter((arg) => !arg.text.startsWith("-")).slice(0, 3);
    if (run.name === "swift" && words.some((arg) => arg.text === "publish"))
      return run.emit({ kind: "publish", what: spelled(run) });
    for (const { name, value } of split(run.args, "--target-dir --out-dir --artifact-dir").options)
      if (/^--(?:target|out|artifact)-dir$/.test(name) && value !== undefined) writes(run, value, "folder");
    const beyond = tool === "dotnet" ? taskEffect(run.args.map((arg) => arg.text).slice(0, 4)) : undefined;
    if (beyond === "database-mutation") return run.emit({ kind: beyond, what: spelled(run) });
    const output = split(run.args, "-o --output").options.find((option) =>
      /^(?:-o|--output)$/.test(option.name),
    )?.value;
    if (output !== undefined && tool === "dotnet") writes(run, output, "folder");
    projectCode(run, spelled(run));
  };
}

function goTool(run: Run): void {
  const texts = run.args.map((arg) => arg.text);
  if (
    texts.some((text) => /^-?-(?:exec|toolexec|vettool|overlay)/.test(text)) ||
    (texts[0] === "env" && texts.includes("-w"))
  )
    return unknown(run, spelled(run));
  const remote = texts[0] === "run" && texts.slice(1).find((text) => !text.startsWith("-"));
  if (typeof remote === "string" && remote.includes("@"))
    return run.emit({ kind: "execute-unknown", what: remote, foreign: true });
  if (texts.some((text) => text.startsWith("/dev/fd/")))
    return run.emit({ kind: "execute-unknown", what: "go with code from elsewhere", foreign: true });
  judgeMadePrograms(run);
  const output = run.args[texts.indexOf("-o") + 1];
  if (texts.includes("-o") && output !== undefined) compiles(run, output, []);
  projectCode(run, spelled(run));
}
