import type { BrakeContext } from "./context.ts";
import { locate } from "../places/paths.ts";
import { isSecret } from "../places/secrets.ts";
import { fetchable } from "./web.ts";
import { writableText } from "../places/writing.ts";
import type { Effect } from "./effect.ts";
import { effectsOfLine } from "./line.ts";
import { isInside } from "./powershell/windows-path.ts";
import { destroys, onlyLooks } from "./sql.ts";

/** Tools of other servers (`mcp__SERVER__TOOL`), by the verbs of their name and by everything in their arguments. */
export function effectsOfRemoteTool(tool: string, input: unknown, context: BrakeContext): Effect[] {
  const name = tool.split("__").slice(2).join("__");
  const words = name
    .replaceAll(/([a-z\d])([A-Z])/g, "$1_$2")
    .toLowerCase()
    // A noun in spite of its verb.
    .replaceAll(/(?:merge|pull)_requests?(?![a-z])/g, "request")
    .split(/[^a-z\d]+/)
    .filter((word) => word !== "");
  const effects: Effect[] = [];
  if (words.some((word) => changes.has(word)) || !words.some((word) => looks.has(word)))
    effects.push({ kind: "remote-mutation", what: tool });
  else effects.push({ kind: "look-remote", what: tool });
  for (const { key, text } of textsOf(input)) effects.push(...effectsOfText(key, text, context));
  return effects;
}

const looks = new Set(
  "sequentialthinking get list search find read query show describe fetch view lookup count status info inspect ls stat check explain browse resolve diff history select retrieve whoami summarize snapshot screenshot preview hover definition references outline symbols docs documentation compare validate tree schema ping version help messages requests log logs aggregate events metrics".split(
    " ",
  ),
);

const changes = new Set(
  (
    "delete remove drop destroy create write update set put post send execute exec run insert upsert modify edit move rename copy upload publish deploy merge push close " +
    "cancel kill stop start restart reset purge truncate clear wipe grant revoke add invite approve assign archive transfer pay charge refund submit patch replace disable enable import " +
    "apply rollback terminate scale evaluate eval click type navigate fill comment reply react install trigger invoke call rotate ban unpublish empty flush"
  ).split(" "),
);

function effectsOfText(key: string, text: string, context: BrakeContext): Effect[] {
  if (
    /^(?:sql|statement|queries)$/i.test(key) ||
    (/query/i.test(key) &&
      /^\s*(?:\/\*|--|\(?\s*(?:select|with|drop|delete|alter|truncate|update|insert|create|grant|call|exec)\b[\s\S]*\b(?:from|table|database|set|into|view|schema|on|to|index|role|user)\b)/i.test(
        text,
      ))
  )
    return onlyLooks(text) ? [] : [{ kind: "database-mutation", what: text }];
  if (/^\s*mutation\b/.test(text) || (/cypher/i.test(key) && /\b(?:delete|remove|set|merge|create|drop)\b/i.test(text)))
    return [{ kind: "remote-mutation", what: text }];
  if (/^(?:command|cmd|script|shell|args|argv|exec)$/i.test(key)) return effectsOfLine(text, context);
  if (/^(?:code|expression|function|js|python|eval)$/i.test(key))
    return [{ kind: "execute-unknown", what: text, foreign: false }];
  if (/(?:^|_)(?:url|uri|endpoint|href)$/i.test(key) || /^[a-z]+:\/\//i.test(text)) {
    if (text.startsWith("file:///") && !text.includes("%")) {
      const place = locate(text.slice("file://".length), context.cwd, context);
      return [{ kind: "read", path: text, secret: isSecret(place.plain, context) || isSecret(place.real, context) }];
    }
    const refusal = fetchable(text);
    return refusal === undefined ? [] : [{ kind: "network", host: text, upload: false, metadata: true }];
  }
  if (/^(?:operation|action|method|verb|op)$/i.test(key) && changes.has(text.toLowerCase()))
    return [{ kind: "remote-mutation", what: `${key} ${text}` }];
  if (/path|file|folder|dir(?:ectory)?|dest/i.test(key) && /[/~.]/.test(text)) {
    const spelled = text.replace(/^~(?=\/|$)/, context.home);
    const place = locate(spelled, context.cwd, context);
    return [{ kind: "read", path: text, secret: isSecret(place.plain, context) || isSecret(place.real, context) }];
  }
  if (/^\s*(?:drop|truncate|delete\s+from|alter)\s/i.test(text) && destroys(text))
    return [{ kind: "database-mutation", what: text }];
  return [];
}

/** All texts of the arguments with the key that they stand under; a bound keeps hostile input small. */
function textsOf(input: unknown, key = "", depth = 0): { key: string; text: string }[] {
  if (typeof input === "string") return [{ key, text: input }];
  if (depth > 6 || typeof input !== "object" || input === null)
    return depth > 6 ? [{ key: "code", text: "arguments too deep" }] : [];
  const entries: [string, unknown][] = Array.isArray(input)
    ? input.map((item: unknown) => [key, item])
    : Object.entries(input);
  const nested = entries.slice(0, 500).flatMap(([name, value]) => textsOf(value, name, depth + 1));
  const flags = entries.flatMap(([name]) =>
    /^\$(?:out|merge|where|function)$/.test(name) ? [{ key: "code", text: name }] : [],
  );
  return entries.length > 500 ? [{ key: "code", text: "too many arguments" }] : [...nested, ...flags];
}

/** What writing one file through a tool means. */
export function effectsOfWrite(path: string, context: BrakeContext): Effect[] {
  if (/^[a-z]:[\\/]/i.test(context.workspace)) return [writeOfWindows(path, context)];
  const barrier = /^[~$%]/.test(path)
    ? { rule: "write.malformed", reason: "Give an absolute path, without ~ and without variables." }
    : writableText(path, context.cwd, { ...context, tier: "default" }, "file");
  const plain = locate(path, context.cwd, context).plain;
  const settings =
    plain.startsWith(`${context.home}/.claude`) || barrier?.rule === "write.settings" || barrier?.rule === "write.deck";
  return [settings ? { kind: "agent-settings", what: path } : { kind: "write", path, barrier }];
}

function writeOfWindows(path: string, context: BrakeContext): Effect {
  const barrier = isInside(path, context)
    ? undefined
    : { rule: "write.outside", reason: `${path} is not a plain path inside the workspace` };
  return /[\\/]\.(?:claude|cyberdeck)(?:[\\/]|$)/i.test(path) && barrier !== undefined
    ? { kind: "agent-settings", what: path }
    : { kind: "write", path, barrier };
}
