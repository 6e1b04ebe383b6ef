import { callPlugin } from "../faces/bridge/call-plugin.ts";

const [socket = "", plugin = "", ...args] = process.argv.slice(2);
const { env, stdout: out, stderr: err } = process;
process.exitCode = await callPlugin({ socket, plugin, args, env, out, err });
