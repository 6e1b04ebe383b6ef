import { randomBytes } from "node:crypto";
import { dirname, join } from "node:path";
import { pause, systemClock } from "../../base/clock.ts";
import type { Strange } from "../hub/hub.ts";
import type { Party } from "../hub/subjects.ts";
import { fleetLease } from "../lease.ts";
import { asked, runFilesAskedSchema } from "../wire/questions.ts";
import { changeSignal } from "./change-signal.ts";
import type { DeskWorld, NodesDesk, NodesDeskParts } from "./desk-parts.ts";
import { drainNode } from "./drain.ts";
import { farewellOf } from "./farewell.ts";
import { homecoming } from "./homecoming.ts";
import { reserveEpochs } from "./last-epoch.ts";
import { hostLines } from "./lines.ts";
import { fleetListing } from "./listing.ts";
import { listening } from "./listening.ts";
import { goneWords, livesOf } from "./lives.ts";
import { openHubAsHost } from "./host-entry.ts";
import { fleetNews } from "./news.ts";
import { queueLink } from "./opening-link.ts";
import { placesOf } from "./places.ts";
import { placingDriver } from "./placing-driver.ts";
import { remoteDriver, type RemoteDriver } from "./remote-driver.ts";
import { openTravel } from "./travel.ts";
import { travellingOpener } from "./travelling-opener.ts";
import { rosterOf, whyClosed } from "./roster.ts";
import { unprovenLives } from "./unproven-lives.ts";
import { hostRunFiles } from "./run-files.ts";

/** How long what was dealt with waits for more, before it is acknowledged at one look at the disk, milliseconds. */
const companyMs = 20;

/** A node that was given up has not been heard for a lease already: one that comes back after that is mostly not just slow. Milliseconds. */
const usualReturnMs = 10_000;

/** Connects to the hub as the host of its fleet. Rejects with the next step when it cannot be reached. */
export async function openNodesDesk(parts: NodesDeskParts): Promise<NodesDesk> {
  const { lease = fleetLease, clock = systemClock, returnMs = usualReturnMs, patienceMs = 60_000 } = parts;
  const { untakenMs = 15_000, roomMs = 120_000 } = parts;
  /** This life of the host. */
  const host = randomBytes(8).toString("hex");
  const over = new AbortController();
  const news = fleetNews();
  /** Where there is room may be otherwise now. */
  const room = changeSignal();
  const change = (): void => room.change();

  /** The link may be down and up again before anything is said. */
  let sendAgain = (): void => undefined;
  const firstEpoch = await reserveEpochs(parts.epochFile, clock.now());
  const { hub, leave } = await openHubAsHost(dirname(parts.epochFile), {
    since: clock.now(),
    access: parts.access,
    ...(parts.bounds === undefined ? {} : { bounds: parts.bounds }),
    onLink(link) {
      news.tell("hub.link", { link });
      if (link === "up") sendAgain();
      change();
    },
    onStrange: (strange: Strange) => news.strange(strange),
    onTrouble: (fault) => news.trouble(fault),
  });

  await using undo = new AsyncDisposableStack();
  undo.defer(() => hub.close());
  undo.defer(() => leave());
  const roster = rosterOf();
  const hasLease = (node: Party): boolean => lives.nodeOf(roster.find(node)?.boot ?? "") === node;
  const counted = new Map<string, Party>();
  const unproven = unprovenLives();
  const home = homecoming({
    clock,
    hostMs: lease.hostMs,
    returnMs,
    isUp: hasLease,
    isCounted: (node) => [...counted.values()].includes(node),
    onChange: change,
  });
  let heldUp: DeskWorld["heldUp"] = () => undefined;
  const closed = (node: Parameters<typeof whyClosed>[0]): ReturnType<typeof whyClosed> =>
    whyClosed(node, { hasLease: hasLease(node.name), isUp: hub.link === "up", heldUp: heldUp(node.name) });
  const places = placesOf({
    nodes: () => roster.nodes,
    closed,
    freeMb: parts.freeMb,
    home,
    onChange: change,
  });
  const lives = livesOf({
    host,
    times: lease,
    proofMs: returnMs,
    clock,
    onProven(node, boot) {
      unproven.proven(boot);
      news.tell("node.proven", { node, boot });
    },
    onBegun(node, boot) {
      counted.set(boot, node);
      arrive(node);
      change();
    },
    onGivenUp(node, boot, why, isGone) {
      counted.delete(boot);
      const agents = places.on(node).length;
      unproven.givenUp({ boot, node, agents }, isGone);
      news.tell("node.went", { node, boot, why, agents });
      if (!hasLease(node)) home.went(node, why === "left" || why === "dismissed");
      lines.giveUp(boot, `${node} ${goneWords[why]}`, isGone);
      change();
    },
  });
  /** Who speaks just now, also in the name of a life that is not counted on: it is answered, too. */
  const speakers = new Map<string, Party>();
  let policy: DeskWorld["policy"] | undefined;
  let sharing: DeskWorld["sharing"] = () => ({ strategy: "here_first", hereSlots: 0 });
  let kept: DeskWorld["kept"] = () => Promise.resolve();
  const lines = hostLines({
    send(letter) {
      const node = lives.nodeOf(letter.to.boot) ?? speakers.get(letter.to.boot);
      if (node === undefined || hub.signal.aborted) return;
      // What is lost otherwise is said again.
      if (hub.letters.send(node, letter) === "too_large") {
        news.tooLarge(node, letter.to.session);
        setImmediate(() => lines.end(letter.to));
      }
    },
    // Acknowledgements wait a moment for company. A record that has failed acknowledges nothing more: its deck is being ended.
    kept: () => pause(companyMs, over.signal).then(() => kept().catch(() => new Promise<never>(() => undefined))),
    onStranger: (to) => news.stranger(speakers.get(to.boot) ?? "", to),
    clock,
  });
  sendAgain = () => lines.sendAgain();
  /** It is in the list and has a lease: now, and not before, it can have work. */
  const arrive = (name: Party): void => {
    const node = roster.find(name);
    if (node === undefined || !hasLease(name)) return;
    home.came(name);
    const { boot, pool, labels, slots } = node;
    news.tell("node.came", { node: name, boot, pool, labels, slots });
  };
  const farewell = farewellOf({
    asking: hub.asking,
    host,
    counted: () => counted,
    lives,
    unproven: () => unproven.told,
    onUnproven: (fault) => news.trouble(fault),
    ...(parts.farewellMs === undefined ? {} : { boundMs: parts.farewellMs }),
  });
  const files = hostRunFiles({
    things: hub.things,
    scratch: join(dirname(parts.epochFile), "run-files"),
    tell: (...what) => news.files(...what),
    clock,
    ...(parts.fileTimes === undefined ? {} : { times: parts.fileTimes }),
  });
  const link = queueLink(hub, (fault) => news.trouble(fault));
  const travel = await openTravel({
    ...parts.travel,
    things: hub.things,
    warn: (fault) => news.trouble(fault),
    over: over.signal,
    clock,
  });
  const travelling = travellingOpener({ travel, takesCopies: (node) => roster.find(node)?.workspace === "bundle" });
  let remote: RemoteDriver | undefined;
  const subscriptions = new DisposableStack();
  const connection = undo.move();

  return {
    async serve(world) {
      kept = world.kept;
      sharing = world.sharing;
      policy = world.policy;
      heldUp = world.heldUp;
      news.begin(world.note);
      subscriptions.use(
        await listening({
          hub,
          lease,
          lives,
          farewell,
          lines,
          link,
          roster,
          places,
          news,
          speakers,
          claim: (to, node) => remote?.claim(to, node),
          policy: world.policy,
          arrive,
          change,
        }),
      );
      subscriptions.use(
        hub.asking.answer(asked.runFiles, runFilesAskedSchema, ({ to, known }, { from }) =>
          files.give(to, known, from),
        ),
      );
    },
    driver(here) {
      const opener = remoteDriver({
        here,
        goesOut: () => true,
        link,
        lines,
        isCounted: (boot) => lives.nodeOf(boot) !== undefined,
        // Before anybody is served, nothing is open that could be judged.
        policy: () => policy?.().version ?? "",
        files: (...session) => files.of(...session),
        firstEpoch,
        spaceOf: (session) => travelling.spaceOf(session),
        clock,
        patienceMs,
        untakenMs,
        mostOffers: 1,
      });
      remote = opener;
      return placingDriver({
        here,
        places,
        onRefused: (...refusal) => news.refused(...refusal),
        sharing: (run) => sharing(run),
        clock,
        roomMs,
        changed: () => room.changed(),
        over: over.signal,
        async openOn(node, spec) {
          using _ = link.aim(spec.id, node);
          return await travelling.open(node, spec, (own) => opener.open(own));
        },
      });
    },
    places: (sharingNow, wall) => ({
      draw: () => places.draw(sharingNow(), wall()),
      onChange: (listener) => room.onChange(listener),
    }),
    list: () => fleetListing({ hub, roster, places, lives, counted, hasLease, whyNot: (node) => closed(node)?.why }),
    drain: (node, isDraining) => drainNode({ asking: hub.asking, roster }, node, isDraining),
    farewell: () => farewell.say(),
    async close() {
      over.abort();
      change();
      subscriptions.dispose();
      lives.close();
      home.close();
      lines.close();
      news.end();
      if (hub.link === "up") await travel.close();
      await files.close();
      await connection.disposeAsync();
    },
  };
}
