import type { Argument } from "../argument.ts";
import { firstRefusal, refuse, type Refusal } from "../refusal.ts";

/**
 * `test` and `[`. With -v and -R the shell evaluates the operand, and `a[$(command)]` in it would run the command; so these
 * must not come about, not from a variable either.
 */
export function condition(args: readonly Argument[]): Refusal | undefined {
  const bare = args.filter((arg) => arg.kind !== "known" || (arg.text !== "]" && arg.text !== "!"));
  return firstRefusal(args, (arg) => {
    if (arg.kind === "known")
      return /^-[vR]$/.test(arg.text)
        ? refuse("test.variable", `test ${arg.text} is not allowed; use [ -n "\${NAME:-}" ].`)
        : undefined;
    if (arg.kind === "pattern") return undefined;
    const at = args.indexOf(arg);
    const placed = bare.length === 1 || isOperator(args[at - 1]) || isBinary(args[at + 1]);
    const counts = /^\$[#?]$/.test(arg.text);
    if ((arg.single && placed) || counts || arg.prefix !== "") return undefined;
    return refuse("test.unquoted", `[ ${arg.text} ]: put the variable in double quotes, as in [ "$a" = b ].`);
  });
}

const isBinary = (arg: Argument | undefined): boolean =>
  arg?.kind === "known" && /^(?:=|==|!=|<|>|-(?:eq|ne|lt|le|gt|ge|nt|ot|ef))$/.test(arg.text);

const isOperator = (arg: Argument | undefined): boolean =>
  isBinary(arg) || (arg?.kind === "known" && /^-[a-zA-Z]$/.test(arg.text) && !/^-[ao]$/.test(arg.text));
