// Checks the import table of ARCHITECTURE.md: which folder of `src` may import which, and that no file imports itself
// through others. Type imports count. Prints each offence as `file -> file`, exits 1 if there is one.
import { readdirSync, readFileSync } from "node:fs";
import { dirname, join, normalize, relative, sep } from "node:path";

const table: Record<string, string[]> = {
  base: [],
  protocol: ["base"],
  policy: ["protocol", "base"],
  process: ["base"],
  store: ["protocol", "base"],
  drivers: ["process", "protocol", "base"],
  offline: ["protocol", "base"],
  engine: ["drivers", "store", "process", "policy", "protocol", "base"],
  host: ["engine", "store", "protocol", "base"],
  nodes: ["engine", "drivers", "store", "process", "policy", "protocol", "base"],
  faces: ["host", "protocol", "base"],
  bin: ["base", "protocol", "policy", "process", "store", "drivers", "offline", "engine", "host", "nodes", "faces"],
};

const root = join(import.meta.dirname, "..", "src");
const files = readdirSync(root, { recursive: true, encoding: "utf8" }).filter((path) => path.endsWith(".ts"));
const imports = new Map(files.map((file) => [file, importsOf(file)]));
const offences = [...layerOffences(), ...circles()];
for (const offence of offences) console.error(offence);
console.log(`${files.length} files, ${offences.length} offences against the import table`);
process.exitCode = offences.length === 0 ? 0 : 1;

function importsOf(file: string): string[] {
  const text = readFileSync(join(root, file), "utf8");
  const found = text.matchAll(
    /^\s*(?:import|export)\b[^;"']*?from\s+["'](\.[^"']+)["']|\bimport\(\s*["'](\.[^"']+)["']/gm,
  );
  return [...found].map((match) => normalize(join(dirname(file), match[1] ?? match[2] ?? "")));
}

function layerOffences(): string[] {
  const found: string[] = [];
  for (const [file, targets] of imports) {
    const layer = file.split(sep)[0] ?? "";
    const allowed = table[layer];
    if (allowed === undefined) found.push(`${file}: the folder ${layer} is not in the import table`);
    for (const target of targets) {
      const other = target.split(sep)[0] ?? "";
      if (other.startsWith("..")) {
        if (target !== join("..", "package.json")) found.push(`${file} -> ${target}: outside of src`);
      } else if (other !== layer && !allowed?.includes(other))
        found.push(`${file} -> ${target}: ${layer} may not import ${other}`);
    }
  }
  return found;
}

function circles(): string[] {
  const done = new Set<string>();
  const found: string[] = [];
  const visit = (file: string, path: string[]): void => {
    const at = path.indexOf(file);
    if (at !== -1) {
      found.push(`circle: ${[...path.slice(at), file].map((step) => relative(".", step)).join(" -> ")}`);
      return;
    }
    if (done.has(file)) return;
    for (const target of imports.get(file) ?? []) visit(target, [...path, file]);
    done.add(file);
  };
  for (const file of files) visit(file, []);
  return found;
}
