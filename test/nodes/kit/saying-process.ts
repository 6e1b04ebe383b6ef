// A node that only speaks. Arguments: url, how many sessions, how much each says. It begins when the host asks it to.
import { z } from "zod";
import { openHub } from "../../../src/nodes/hub/open-hub.ts";
import { theHost } from "../../../src/nodes/hub/subjects.ts";
import { nodeWireVersion, type FromNode, type Saying } from "../../../src/nodes/wire/letters.ts";
import { quick } from "./hub.ts";

const [url = "", sessions = "1", each = "1"] = process.argv.slice(2);
const access = { urls: [url], fleet: "test", login: { by: "nothing" as const }, tls: undefined };
const hub = await openHub({ me: "n1", access, bounds: quick });

const did: Saying = {
  type: "did",
  event: { type: "tool.called", id: "toolu_01", tool: "Bash", input: { command: "npm test -- --run test/base" } },
};

hub.asking.answer("begin", z.unknown(), () => {
  void sayAll();
});
// The server has our subscription when it has answered what was said after it.
await hub.health();
process.stdout.write("ready\n");

async function sayAll(): Promise<void> {
  for (let n = 1; n <= Number(each); n += 1) {
    for (let at = 0; at < Number(sessions); at += 1) {
      const saying: Saying = n === 1 ? { type: "opened", pid: 1, command: "agent" } : did;
      const letter: FromNode = { wire: nodeWireVersion, to: { session: `cx-${at}`, epoch: 1, boot: "b" }, n, saying };
      while (hub.letters.send(theHost, letter) !== "sent") await turn();
    }
    await turn();
  }
}

function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
