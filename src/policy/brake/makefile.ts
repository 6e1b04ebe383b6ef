/**
 * The shell lines of the recipes in a makefile. Variables of make become variables of the shell that nobody has set, so that
 * what they stand for is unknown.
 */
export const recipesOf = (text: string): string[] => rulesIn(text).flatMap((rule) => rule.recipes);

/** The recipes that `make TARGET…` would run; without a target those of the first rule. */
export function recipesFor(text: string, targets: readonly string[]): string[] {
  const rules = rulesIn(text);
  const first = rules.find((rule) => !rule.target.startsWith("."))?.target;
  const wanted = new Set(targets.length > 0 ? targets : first === undefined ? [] : [first]);
  // A set may grow while it is gone through: what a target needs is made too.
  for (const target of wanted)
    for (const rule of rules) if (rule.target === target) for (const need of rule.needs) wanted.add(need);
  return rules.filter((rule) => wanted.has(rule.target)).flatMap((rule) => rule.recipes);
}

interface Rule {
  target: string;
  needs: string[];
  recipes: string[];
}

function rulesIn(text: string): Rule[] {
  const joined = text.replaceAll(/\\\n[ \t]*/g, " ");
  const settings = new Map(
    [...joined.matchAll(/^(\w+)[ \t]*[:?]?=[ \t]*([\w./ -]*)$/gm)].map(([, name = "", value = ""]) => [
      name,
      value.trim(),
    ]),
  );
  const rules: Rule[] = [];
  for (const line of joined.split("\n")) {
    const recipe = /^\t[-@+]*(.+)$/.exec(line)?.[1];
    const head = /^([^\t#=:][^#=:]*)::?(?!=)([^;]*)(?:;(.*))?$/.exec(line);
    if (recipe !== undefined) rules.at(-1)?.recipes.push(shellOf(recipe, settings));
    else if (head !== null)
      for (const target of (head[1] ?? "").trim().split(/\s+/))
        rules.push({
          target,
          needs: (head[2] ?? "").split(/\s+/).filter((need) => need !== ""),
          recipes: head[3] === undefined ? [] : [shellOf(head[3], settings)],
        });
  }
  return shareRecipes(rules);
}

/** Of several targets in front of one colon each has the recipes that follow. */
const shareRecipes = (rules: readonly Rule[]): Rule[] =>
  rules.map((rule, index) => {
    const next = rules.slice(index).find((other) => other.recipes.length > 0);
    const together = next !== undefined && rule.recipes.length === 0 && next.needs.join() === rule.needs.join();
    return together ? { ...rule, recipes: next.recipes } : rule;
  });

const shellOf = (recipe: string, settings: ReadonlyMap<string, string>): string =>
  recipe
    .replaceAll(/\$[({](\w+)[)}]/g, (_, name: string) => settings.get(name) ?? `\${${name}_OF_MAKE}`)
    .replaceAll(/\$[@<^?*+|%]/g, "${TARGET_OF_MAKE}")
    .replaceAll("$$", "$");
