import { inert } from "../../base/text.ts";
import type { Port } from "../../host/port.ts";
import type { DeckEvent } from "../../protocol/event.ts";
import { exitCode } from "./exit.ts";
import { deckOptions, type DeckFlags } from "./flags/deck-flags.ts";
import type { SignalName, World } from "./world.ts";

/** The most bytes that a host writes of its life: nobody may look at its log for weeks. */
const mostBytes = 512 * 1024;

/** Is the host of a home until it is stopped or has nothing to do any more; says on stderr what happens in it. */
export async function serveHome(world: World, flags: DeckFlags, http?: number): Promise<number> {
  const stopped = Promise.withResolvers<void>();
  const names: SignalName[] = ["SIGINT", "SIGTERM", "SIGHUP"];
  using listening = new DisposableStack();
  for (const name of names) listening.use(world.signals(name, () => stopped.resolve()));
  const say = bounded(world);
  let deck: Awaited<ReturnType<World["openDeck"]>>;
  try {
    const options = await deckOptions(flags, world, "serve");
    deck = await world.openDeck({ ...options, ...(http === undefined ? {} : { http: { port: http } }) });
  } catch (error) {
    await world.hostNews?.(error);
    throw error;
  }
  const { pid, home, version, offline, seq } = await deck.port.send({ type: "host.status" });
  say(`the host of ${home} begins: pid ${pid}, version ${version}${offline ? ", offline" : ""}`);
  await world.hostNews?.();
  const told = tell(deck.port, seq, say);
  await Promise.race([stopped.promise, deck.port.closed]);
  await deck.close();
  await told;
  say("the host has ended");
  return exitCode.done;
}

async function tell(port: Port, after: number, say: (text: string) => void): Promise<void> {
  try {
    for await (const event of port.follow(after)) {
      if (!isTold(event)) continue;
      say(`${event.type} [${event.seq}] ${event.run}${detailOf(event)}`);
    }
  } catch (error) {
    say(`the record cannot be followed any more: ${String(error)}`);
  }
}

const isTold = ({ type }: DeckEvent): boolean =>
  type === "run.opened" ||
  type === "run.resumed" ||
  type === "run.closed" ||
  type === "run.waiting" ||
  type === "run.paused" ||
  type === "node.came" ||
  type === "node.went" ||
  type === "node.proven" ||
  type === "hub.link" ||
  type === "deck.warned";

/** Nothing that a model or a tool has said: the record keeps secrets out, and the number leads to it. */
function detailOf(event: DeckEvent): string {
  if (event.type === "run.closed") return `: ${event.body.status}`;
  if (event.type === "node.came") return ` ${event.body.node}`;
  if (event.type === "node.went") return ` ${event.body.node}: ${event.body.why}`;
  if (event.type === "node.proven") return ` ${event.body.node}: nothing of ${event.body.boot} is left`;
  if (event.type === "hub.link") return ` ${event.body.link}`;
  return event.type === "deck.warned" ? `: ${event.body.code}` : "";
}

function bounded(world: World): (text: string) => void {
  let left = mostBytes;
  return (text) => {
    if (left <= 0) return;
    const line = `${new Date().toISOString()} ${inert(text).replaceAll("\n", " ")}\n`;
    left -= Buffer.byteLength(line);
    world.stderr.write(left > 0 ? line : "further lines are not kept\n");
  };
}
