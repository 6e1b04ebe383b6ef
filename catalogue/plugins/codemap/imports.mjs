import { posix } from "node:path";

/** Words of a language that name another file of the repository. */
const patterns = [
  {
    files: /\.(?:[cm]?[jt]sx?|vue|svelte)$/,
    words: /(?:\bfrom\s*|\bimport\s*\(?\s*|\brequire\s*\(\s*)["'](\.{1,2}\/[^"'\n]{0,300})["']/g,
    candidates: (name) => {
      const stem = name.replace(/\.[cm]?jsx?$/, "");
      const ends = ["ts", "tsx", "mts", "js", "jsx", "mjs", "cjs"];
      return [name, ...ends.map((end) => `${stem}.${end}`), ...ends.map((end) => `${name}/index.${end}`)];
    },
  },
  {
    files: /\.pyi?$/,
    words: /^[ \t]*(?:from[ \t]+(\.{0,3}[\w.]{0,200})[ \t]+import\b|import[ \t]+([\w.]{1,200}))/gm,
    candidates: (name) => [`${name}.py`, `${name}/__init__.py`],
  },
  {
    files: /\.(?:c|h|cc|cpp|cxx|hh|hpp|hxx)$/,
    words: /^[ \t]*#[ \t]*include[ \t]+"([^"\n]{1,300})"/gm,
    candidates: (name) => [name],
  },
];

/** Finds the files that a name may mean. */
export const resolver = (paths) => (candidates) => candidates.find((path) => paths.has(path));

/** The files of the repository that a text imports. */
export function importsIn(text, path, find) {
  const pattern = patterns.find(({ files }) => files.test(path));
  if (pattern === undefined) return [];
  const folder = posix.dirname(path);
  return [...text.matchAll(pattern.words)].flatMap((match) => {
    const word = match[1] ?? match[2] ?? "";
    const found = namesOf(word, folder, path)
      .map((name) => find(pattern.candidates(name)))
      .find((one) => one !== undefined);
    return found === undefined ? [] : [found];
  });
}

function namesOf(word, folder, path) {
  if (!/\.pyi?$/.test(path)) return [posix.normalize(posix.join(folder, word))];
  const [, dots = "", rest = ""] = /^(\.*)(.*)$/.exec(word) ?? [];
  const way = rest.replaceAll(".", "/");
  if (dots !== "") return [posix.normalize(posix.join(folder, "../".repeat(dots.length - 1), way))];
  return [way, posix.join("src", way), posix.join(folder, way)];
}
