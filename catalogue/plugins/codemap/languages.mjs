import { posix } from "node:path";

const endings = {
  TypeScript: "ts tsx mts cts",
  JavaScript: "js jsx mjs cjs",
  Python: "py pyi",
  Go: "go",
  Rust: "rs",
  Java: "java",
  Kotlin: "kt kts",
  Swift: "swift",
  C: "c h",
  "C++": "cc cpp cxx hh hpp hxx",
  "C#": "cs",
  Ruby: "rb",
  PHP: "php",
  Scala: "scala",
  Elixir: "ex exs",
  Haskell: "hs",
  Lua: "lua",
  Perl: "pl pm",
  R: "r",
  Zig: "zig",
  Shell: "sh bash zsh",
  PowerShell: "ps1",
  SQL: "sql",
  HTML: "html htm",
  CSS: "css scss less",
  Vue: "vue",
  Svelte: "svelte",
  Markdown: "md mdx rst",
  JSON: "json jsonc",
  YAML: "yaml yml",
  TOML: "toml",
  XML: "xml",
  Protobuf: "proto",
  Terraform: "tf",
};

const byEnding = new Map(
  Object.entries(endings).flatMap(([name, list]) => list.split(" ").map((ending) => [`.${ending}`, name])),
);

/** The language of a file by its name; undefined for what is no text that people write. */
export const languageOf = (path) =>
  byEnding.get(posix.extname(path).toLowerCase()) ??
  (/(?:^|\/)(?:Makefile|Dockerfile)$/.test(path) ? "Build" : undefined);
