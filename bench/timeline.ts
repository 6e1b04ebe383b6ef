import { parseRequest, type ModelRequest } from "../src/offline/request.ts";
import { isDaemon } from "../src/offline/script.ts";
import type { SeenRequest } from "../src/offline/seen.ts";
import type { DeckEvent } from "../src/protocol/event.ts";
import { of } from "../test/kit/deck.ts";
import { quantile } from "./measurement.ts";

/** Milliseconds by stage. */
export type Stages = Record<string, number>;

/** The first user message of each construct, in the order in which they reached the API. */
export function firstMessages(requests: readonly SeenRequest[]): string[] {
  return [...new Set(constructRequests(requests).map(({ request }) => request.firstUserText))];
}

/**
 * Where the time of a run goes. `at.*` count from the opening of the run; `of_one.*` are medians over the constructs.
 */
export function stagesOf(events: readonly DeckEvent[], requests: readonly SeenRequest[]): Stages {
  const zero = events[0]?.at ?? 0;
  const firstWire = new Map<string, number>();
  for (const { request, at } of constructRequests(requests)) {
    const task = request.firstUserText;
    if (!firstWire.has(task)) firstWire.set(task, at);
  }
  const lives = of(events, "construct.queued").map(({ at: queued, body }) => {
    const when = (type: "construct.started" | "construct.ready" | "construct.ending" | "construct.ended"): number =>
      of(events, type).find((event) => event.body.construct === body.construct)?.at ?? Number.NaN;
    const wire = [...firstWire].find(([message]) => message.includes(body.task))?.[1] ?? Number.NaN;
    return {
      queued,
      started: when("construct.started"),
      ready: when("construct.ready"),
      wire,
      ending: when("construct.ending"),
      ended: when("construct.ended"),
    };
  });
  type Life = (typeof lives)[number];
  const middle = (span: (life: Life) => number): number => quantile(lives.map(span), 0.5);
  const last = (moment: (life: Life) => number): number => Math.max(...lives.map(moment)) - zero;
  const turnEnds = of(events, "daemon.turn_ended").map((event) => event.at - zero);
  return {
    "at.first_queued": Math.min(...lives.map((life) => life.queued)) - zero,
    "at.last_started": last((life) => life.started),
    "at.last_ready": last((life) => life.ready),
    "at.last_wire": last((life) => life.wire),
    "at.last_result": last((life) => life.ending),
    "at.last_ended": last((life) => life.ended),
    "at.last_turn_began": (of(events, "daemon.turn_started").at(-1)?.at ?? Number.NaN) - zero,
    "at.last_turn_ended": turnEnds.at(-1) ?? Number.NaN,
    "at.daemon_ended": (of(events, "daemon.ended").at(-1)?.at ?? Number.NaN) - zero,
    "at.closed": (of(events, "run.closed").at(-1)?.at ?? Number.NaN) - zero,
    "of_one.started_to_ready": middle((life) => life.ready - life.started),
    "of_one.ready_to_wire": middle((life) => life.wire - life.ready),
    "of_one.wire_to_result": middle((life) => life.ending - life.wire),
    "of_one.result_to_ended": middle((life) => life.ended - life.ending),
  };
}

/** The Messages requests of constructs, as the model saw them. */
export function constructRequests(
  requests: readonly SeenRequest[],
): { request: ModelRequest; at: number; seen: SeenRequest }[] {
  return messageRequests(requests).filter(({ request }) => !isDaemon(request) && request.tools.length > 0);
}

/** All Messages requests that could be read. */
export function messageRequests(
  requests: readonly SeenRequest[],
): { request: ModelRequest; at: number; seen: SeenRequest }[] {
  return requests.flatMap((seen) => {
    if (seen.path !== "/v1/messages") return [];
    const session = seen.headers["x-claude-code-session-id"];
    const parsed = parseRequest(seen.body, seen.bytes, typeof session === "string" ? session : undefined);
    return parsed.ok ? [{ request: parsed.request, at: seen.at, seen }] : [];
  });
}
