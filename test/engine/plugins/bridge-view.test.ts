import { expect, test } from "vitest";
import { bridgeView } from "../../../src/engine/plugins/run-plugins.ts";
import { pluginShelf } from "../../../src/engine/plugins/shelf.ts";
import { pluginFormat } from "../../../src/store/catalogue/plugins.ts";
import { places } from "../../store/catalogue/places.ts";

test("a plugin that says that it only reads is believed where the netrunner has put it, and not where a repository may have", () => {
  using at = places();
  const manifest = (name: string, effects: string): string =>
    `name = "${name}"\ndescription = "x"\nentry = "run.sh"\n${effects}`;
  const put = (place: string, name: string, effects: string): void => {
    at.write(`${place}/plugins/${name}/plugin.toml`, manifest(name, effects));
    at.write(`${place}/plugins/${name}/run.sh`, "#!/bin/sh\n");
  };
  put("home", "local", 'effects = "read"\n');
  put("home", "sender", 'effects = "network"\n');
  put("home", "silent", "");
  put("config/cyberdeck", "own", 'effects = "read"\n');
  const machine = { platform: "linux", path: "/usr/bin:/bin", variables: new Set<string>() };
  const shelf = pluginShelf(at.open(pluginFormat), machine, process.execPath);
  const { effects } = bridgeView({ shelf, command: () => undefined });
  expect(["local", "sender", "silent", "own", "nobody"].map(effects)).toEqual([
    "project",
    "network",
    "undeclared",
    "read",
    undefined,
  ]);
});
