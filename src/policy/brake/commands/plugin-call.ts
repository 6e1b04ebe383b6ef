import { readable } from "../../places/paths.ts";
import { judgeInstalled, type Known } from "../installed.ts";
import { reads, unknown, type Run } from "../run.ts";

/**
 * A call of the netrunner's plugins through the bridge. What it does at most stands in the plugin's manifest; a plugin that does not
 * say is code that nobody has shown. Its arguments are looked at besides.
 */
export function judgePluginCall(run: Run, known: Known): void {
  const [name, ...args] = run.args;
  if (name === undefined) return;
  if (name.kind !== "known") return unknown(run, "a plugin whose name only the run will tell");
  for (const arg of args)
    if (!arg.text.startsWith("-") && readable(arg, run.scene, true) !== undefined) reads(run, arg, true);
  const what = `the plugin ${name.text}`;
  const effects = run.scene.context.plugins?.effects(name.text);
  switch (effects) {
    case "read":
      return run.emit({ kind: "read", path: what, secret: false });
    case "project":
      return run.emit({ kind: "run-project-code", what });
    case "network":
      return run.emit({ kind: "network", host: what, upload: false, metadata: false });
    case "write": {
      const against = judgeInstalled({ ...run, name: programName, args }, known);
      if (against !== undefined)
        run.emit({ kind: "execute-unknown", what: `${what}, which ${against}`, foreign: false });
      return;
    }
    case "undeclared":
      return run.emit({
        kind: "execute-unknown",
        what: `${what}, whose manifest does not say what it does`,
        foreign: false,
      });
    default:
      // The bridge refuses it, and says what there is.
      return run.emit({ kind: "read", path: what, secret: false });
  }
}

/** Its words are judged, not its name: that is the netrunner's choice. */
const programName = "plugin";
