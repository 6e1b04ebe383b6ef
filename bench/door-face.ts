// A face in a process of its own: prints how long it takes to get all events of a deck, milliseconds. Arguments: home, last event.
import { attach } from "../src/host/door/attach.ts";
import { timeToRead } from "./door-follow.ts";

const [home = "", upTo = "0"] = process.argv.slice(2);
const deck = await attach(home);
const ms = await timeToRead(deck.port, Number(upTo));
await deck.close();
process.stdout.write(String(ms));
