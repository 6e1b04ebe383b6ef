import { count } from "../../base/units.ts";
import { refusalText, type RefusedEntry } from "../../protocol/catalogue.ts";
import { homePaths } from "../../store/home.ts";
import { readSettings } from "../../store/settings-file.ts";
import { readPolicyFile, whereAndWhat } from "../gate/policy-file.ts";
import { ok, problem, warning, type Check } from "./check.ts";

/** What the home says about its runs: a file that is wrong is a problem with its own remedy. */
export const settingsCheck = (home: string): Check => ({
  name: "settings",
  limitMs: 5000,
  look() {
    const own = Object.keys(readSettings(home)).length;
    return ok(own === 0 ? "as they are built in" : `${count(own, "setting")} of this home's own`);
  },
});

/** The netrunner's own rules for the brake. */
export const policyCheck = (home: string): Check => ({
  name: "policy",
  limitMs: 5000,
  look() {
    const { policy: path } = homePaths(home);
    const reading = readPolicyFile(path);
    if (reading.kind === "absent") return ok("the rules of the brake as they ship");
    if (reading.kind === "bad")
      return problem(whereAndWhat(path, reading.problem, reading.more), { next: `${reading.problem.hint}.` });
    if (reading.warning !== undefined) return warning(reading.warning, { next: "Close it, or remove it." });
    return ok(`${count(reading.rules.length, "rule")} and ${count(reading.entries, "entry", "entries")} of your own`);
  },
});

/** Profiles, tools and plugins. One that is wrong is left out; the rest can be used. */
export const catalogueCheck = (
  list: () => Record<"profiles" | "plugins" | "tools", readonly unknown[]> & { refused: readonly RefusedEntry[] },
): Check => ({
  name: "catalogues",
  limitMs: 10_000,
  look() {
    const { profiles, plugins, tools, refused } = list();
    const [first] = refused;
    if (first === undefined)
      return ok(
        `${count(profiles.length, "profile")}, ${count(plugins.length, "plugin")}, ${count(tools.length, "tool")}`,
      );
    const more = refused.length === 1 ? "" : ` (and ${refused.length - 1} more)`;
    return warning(`${refusalText(first)}${more}`, { next: "Correct the file; until then it is left out." });
  },
});
