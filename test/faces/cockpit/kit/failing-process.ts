// The program with a defect: on SIGUSR2 something throws out of a timer, on SIGPWR a promise is rejected. Arguments: the program's.
process.on("SIGUSR2", () => {
  setTimeout(() => {
    throw new Error("a defect in a timer");
  });
});
process.on("SIGPWR", () => void Promise.reject(new Error("a defect in a promise")));
await import("../../../../src/bin/cyberdeck.ts");
