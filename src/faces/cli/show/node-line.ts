import { unreachable } from "../../../base/fault.ts";
import { oneLine } from "../../../base/text.ts";
import { count } from "../../../base/units.ts";
import type { NodeEvent } from "../../../protocol/node.ts";

/** What happens to a node, as a line of its log without anything that a terminal acts on. */
export const nodeLine = (event: NodeEvent): string => oneLine(textOf(event), 600);

function textOf(event: NodeEvent): string {
  switch (event.type) {
    case "tried":
      return `${event.what}: ${event.text}`;
    case "joined": {
      const { name, fleet, server, pool, labels, slots, data } = event;
      const has = labels.length === 0 ? "" : `, labels ${labels.join(", ")}`;
      return `${name} has joined the fleet ${fleet} (${server}): pool ${pool}, ${count(slots, "slot")}${has}; its folder is ${data}`;
    }
    case "lease.granted":
      return `the host counts on this node now (life ${event.boot})`;
    case "lease.waiting":
      return `no lease of the host: ${event.why}; it is asked again`;
    case "lease.over": {
      const { why, sessions, proven } = event;
      const words = {
        silence: "no word of the host for too long",
        refused: "the host has refused it",
        farewell: "the host ends",
        outbox: "what it has to say cannot be kept on its disk, or read there",
        own: "it ends",
      };
      const ended = sessions === 0 ? "nothing was at work" : `${count(sessions, "agent")} ended`;
      return `this life is over, ${words[why]}: ${ended}${proven ? "" : ", NOT PROVEN"}`;
    }
    case "session.took":
      return `${event.session} of ${event.run}: taken, in ${event.folder}`;
    case "session.opened":
      return `${event.session}: its agent is up (pid ${event.pid})`;
    case "session.ended":
      return `${event.session}: ${event.how}`;
    case "session.refused":
      return `${event.session}: not taken${event.isAgain ? " now" : ""}: ${event.why}`;
    case "spare.ready":
      return `${event.spare}: a spare agent is up (pid ${event.pid})`;
    case "spare.taken":
      return `${event.spare}: it is the agent of ${event.session} now`;
    case "spare.ended":
      return `${event.spare}: the spare agent has ended (${spareEnds[event.why]})${event.detail === "" ? "" : `: ${event.detail}`}`;
    case "link":
      return event.link === "up" ? "the link to the hub is up again" : "the link to the hub is down; it is tried again";
    case "left": {
      const names = event.processes.map(({ pid, command }) => `${pid} (${command})`).join(", ");
      return event.isGone
        ? `what an earlier life has left is ended: ${names}`
        : `NOT ENDED of an earlier life: ${names || "the processes of this machine cannot be looked at"}. Nothing new begins. ${event.hint}`;
    }
    case "draining":
      return event.isDraining
        ? `it takes no more${event.by === "host" ? ", as the host wishes" : ""}; ${count(event.used, "agent")} at work`
        : "it takes work again, as the host wishes";
    case "strange":
      return `refused what ${event.from} has said: ${event.why}`;
    case "trouble":
      return `${event.message}${event.hint === null ? "" : `; next: ${event.hint}`}`;
    case "ended":
      return event.proven ? "the node has ended; nothing of it is left" : "the node has ended";
    default:
      return unreachable(event);
  }
}

const spareEnds: Record<(NodeEvent & { type: "spare.ended" })["why"], string> = {
  expired: "nobody came for it",
  died: "by itself",
  failed: "it did not come up",
  unanswered: "it did not answer any more",
  aim: "it did not take the model or effort of a session",
  surplus: "it is not needed any more",
  memory: "memory is short",
  closed: "nothing is kept ready there any more",
};
