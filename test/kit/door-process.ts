// A door in a process of its own, to be killed. Argument: the home. Prints the path of its socket.
import { openDoor } from "../../src/host/door/door.ts";

const nothing = (): Promise<never> => Promise.reject(new Error("this deck does nothing"));
const port = {
  send: nothing,
  snapshot: () => Promise.resolve(undefined),
  // It has no events, and never ends.
  follow: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) }),
  closed: new Promise<never>(() => {}),
};
const door = await openDoor({ home: process.argv[2] ?? "", port, version: "0" });
process.stdout.write(`${door.path}\n`);
