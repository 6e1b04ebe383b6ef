import { systemClock } from "../../base/clock.ts";
import { Fault } from "../../base/fault.ts";
import { interruptedCode } from "./exit.ts";
import { interrupts } from "./interrupts.ts";
import type { World } from "./world.ts";

/** What is read: in words, with the most bytes of it and what to do where it is longer. */
export interface Wanted {
  what: string;
  mostBytes: number;
  tooLong: () => Fault;
}

/** All of stdin as text. At a terminal, the netrunner is told how to end it. */
export async function readInput(world: World, { what, mostBytes, tooLong }: Wanted): Promise<string> {
  if (world.stdin.isTTY === true) world.stderr.write(`Type ${what}; end it with Ctrl+D on an empty line.\n`);
  using stops = interrupts(world, systemClock);
  stops.listen(() => world.stdin.destroy(new Fault("usage", interruptedCode, `interrupted before there was ${what}`)));
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of world.stdin) {
    const bytes = typeof chunk === "string" ? Buffer.from(chunk) : asBuffer(chunk);
    size += bytes.length;
    if (size > mostBytes) throw tooLong();
    chunks.push(bytes);
  }
  return Buffer.concat(chunks).toString("utf8");
}

function asBuffer(chunk: unknown): Buffer {
  if (chunk instanceof Uint8Array) return Buffer.from(chunk);
  throw new Fault("internal", "cli.stdin_objects", "stdin gave something else than bytes");
}
