import { hostLines } from "../../src/nodes/host/lines.ts";
import { place, type NodeState } from "../../src/nodes/host/placement.ts";
import { remoteSession } from "../../src/nodes/host/remote-session.ts";
import { fromNodeSchema, nodeWireVersion, type Address, type Saying } from "../../src/nodes/wire/letters.ts";
import { medianOf, type Bench } from "../measurement.ts";

export const hubHost: Bench = {
  name: "hub.host",
  about: "what a letter, a session and a placement cost the host, without the hub",
  async run({ emit, progress, rounds }) {
    const runs = { letter: [] as number[], session: [] as number[], placed: [] as number[] };
    for (let round = 0; round < rounds; round += 1) {
      progress(`round ${round + 1} of ${rounds}`);
      const { letterUs, sessionBytes } = await heard(500, 40);
      runs.letter.push(letterUs);
      // The collector may have come in between.
      if (sessionBytes > 0) runs.session.push(sessionBytes);
      runs.placed.push(placed(1000));
    }
    emit(
      medianOf(
        "hub.host.letter",
        "us",
        runs.letter,
        "of the processor: parsed, checked, put in order, read, acknowledged",
      ),
    );
    emit(medianOf("hub.host.session", "bytes", runs.session, "of memory, a session on a node and its line"));
    emit(medianOf("hub.host.place.1000", "us", runs.placed, "of the processor, an opening among 1,000 nodes"));
  },
};

const saying: Saying = {
  type: "did",
  event: { type: "tool.called", id: "toolu_01", tool: "Bash", input: { command: "npm test -- --run test/base" } },
};

/** Opens so many sessions and has each say so much, as text from the wire. */
export async function heard(sessions: number, each: number): Promise<{ letterUs: number; sessionBytes: number }> {
  const lines = hostLines({ send: (letter) => void JSON.stringify(letter), kept: turn, onStranger: () => undefined });
  const addresses = Array.from({ length: sessions }, (_, n): Address => ({ session: `cx-${n}`, epoch: 1, boot: "b" }));
  const text = (to: Address, n: number, said: Saying): string =>
    JSON.stringify({ wire: nodeWireVersion, to, n, saying: said });
  const take = (letter: string): void => lines.take(fromNodeSchema.parse(JSON.parse(letter)));
  const before = process.memoryUsage().heapUsed;
  const opening = addresses.map((to) =>
    remoteSession(lines.open(to), { gate: denies }, { token: "token", policy: () => "1" }),
  );
  for (const to of addresses) take(text(to, 1, { type: "opened", pid: 1, command: "agent" }));
  const all = await Promise.all(opening);
  const sessionBytes = (process.memoryUsage().heapUsed - before) / sessions;
  let left = sessions * each;
  const done = Promise.withResolvers<void>();
  for (const session of all) void read(session.events);
  async function read(events: AsyncIterable<unknown>): Promise<void> {
    for await (const _event of events) {
      left -= 1;
      if (left === 0) done.resolve();
    }
  }
  const letters = Array.from({ length: each }, (_, n) => addresses.map((to) => text(to, n + 2, saying))).flat();
  const cpu = process.cpuUsage();
  for (const [n, letter] of letters.entries()) {
    take(letter);
    if (n % 200 === 0) await turn();
  }
  await done.promise;
  const { user, system } = process.cpuUsage(cpu);
  lines.close();
  return { letterUs: (user + system) / letters.length, sessionBytes };
}

const turn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
const denies = (): Promise<never> => Promise.reject(new Error("nobody is asked"));

function placed(count: number): number {
  const nodes = Array.from({ length: count }, (_, n): NodeState => ({
    name: `node-${n}`,
    pool: "p",
    labels: [],
    slots: 20,
    used: n % 20,
    freeMb: 8000,
    hasWall: true,
    closed: undefined,
  }));
  const room = { here: { slots: 0, used: 0, freeMb: 0 }, nodes, strategy: "spread" } as const;
  const cpu = process.cpuUsage();
  const times = 100;
  for (let n = 0; n < times; n += 1) place({ labels: [], needMb: 500 }, room);
  const { user, system } = process.cpuUsage(cpu);
  return (user + system) / times;
}
