// To be required before a program: says at its end which modules of NATS it has loaded.
process.on("exit", () => {
  const loaded = Object.keys(require.cache).filter((path) => path.includes("@nats-io"));
  process.stderr.write(`\nloaded of NATS: ${loaded.length}\n`);
});
