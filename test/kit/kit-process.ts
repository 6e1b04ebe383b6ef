// A deck of the test kit in a process of its own, to be killed as a test may be: prints the id of its construct once that is at
// work, and its folder.
import { call } from "../../src/offline/reply.ts";
import { of, openTestDeck } from "./deck.ts";

const kit = await openTestDeck({
  answer: () => call("Bash", { command: "touch started; sleep 300 & wait" }),
  // The wall would end them by itself.
  settings: { sandbox: "off" },
});
const opened = await kit.startTasks(["Wait."]);
const events = await kit.eventsUntil(opened.afterSeq, ({ type }) => type === "gate.judged");
process.stdout.write(`${of(events, "gate.judged")[0]?.body.construct} ${kit.folder}\n`);
