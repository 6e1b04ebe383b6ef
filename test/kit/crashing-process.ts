// The command line with a defect: on SIGUSR2 something throws out of a timer. Arguments: those of the command line.
import { Fault } from "../../src/base/fault.ts";

process.on("SIGUSR2", () => {
  setTimeout(() => {
    const cause = new Fault("storage", "storage.full", "the disk is full", { hint: "Free some space." });
    throw new Error("no defect in particular, but the key sk-ant-api03-0123456789abcdefghijklmn", { cause });
  });
  // What is broken seldom breaks only once.
  setTimeout(() => void Promise.reject(new Error("a second one")), 5);
});
await import("../../src/bin/cyberdeck.ts");
