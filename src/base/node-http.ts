/**
 * `node:http` as its own code has it. An `import` of it reads all of its exports, and so loads undici for those that come from there: ten
 * times the processor time, 25 ms, which each command that talks to a deck would wait for.
 */
export const { createServer, request } = process.getBuiltinModule("node:http");
