import type { Command } from "commander";
import { Fault } from "../../../base/fault.ts";
import { nearest } from "../../../base/nearest.ts";
import type { CatalogueListing } from "../../../protocol/catalogue-listing.ts";
import { refusalText } from "../../../protocol/catalogue.ts";
import { exitCode } from "../exit.ts";
import { deckOptions, addHomeFlags, type DeckFlags } from "../flags/deck-flags.ts";
import { jsonLine } from "../json-lines.ts";
import type { Page } from "../look-up.ts";
import { painter, wantsColor } from "../paint.ts";
import { profilePage, profileTable, toolTable } from "../show/catalogue-pages.ts";
import { sink } from "../sink.ts";
import { columnsOf, type World } from "../world.ts";

interface CatalogueFlags extends DeckFlags {
  json?: boolean;
  color: boolean;
}

type Define = (command: Command, world: World, finish: (code: number) => void) => void;

/** `cyberdeck profiles`: what constructs can be. */
export const defineProfiles: Define = (command, world, finish) => {
  const list = sub(command, "list", "list the profiles that there are, and the files that are wrong");
  list.action(() =>
    answer(list, world, finish, (listing, page, isJson) =>
      isJson
        ? listing.profiles.map(({ value, ...entry }) => jsonLine({ ...entry, ...value })).join("") +
          wrongLines(listing, "profile")
        : profileTable(listing, page),
    ),
  );
  const show = sub(command, "show", "show all of one profile").argument("<name>", "the profile");
  show.action((name: string) =>
    answer(show, world, finish, (listing, page, isJson) => {
      const { value, ...entry } = found(listing, name);
      return isJson ? jsonLine({ ...entry, ...value }) : profilePage({ value, ...entry }, page);
    }),
  );
  const path = sub(
    command,
    "path",
    "say in which folders profiles, tools and plugins are looked for, the strongest first",
  );
  path.action(() =>
    answer(path, world, finish, ({ places }, _, isJson) =>
      places.map((one) => (isJson ? jsonLine(one) : `${one.path}\n`)).join(""),
    ),
  );
  command.addHelpText("after", profileExamples);
};

/** `cyberdeck tools`: the programs of the machine that profiles recommend. */
export const defineTools: Define = (command, world, finish) => {
  const list = sub(command, "list", "list the registered programs, and whether each can be run");
  list.action(() =>
    answer(list, world, finish, (listing, page, isJson) =>
      isJson
        ? listing.tools
            .map(({ value, standing: { command: called, availability }, ...entry }) =>
              jsonLine({ ...entry, ...value, command: called, ...availability }),
            )
            .join("") + wrongLines(listing, "tool")
        : toolTable(listing, page),
    ),
  );
  command.addHelpText("after", toolExamples);
};

const sub = (command: Command, name: string, description: string): Command =>
  addHomeFlags(command.command(name, { isDefault: name === "list" }).description(description)).option(
    "--json",
    "write JSON, one line each",
  );

async function answer(
  command: Command,
  world: World,
  finish: (code: number) => void,
  text: (listing: CatalogueListing, page: Page, isJson: boolean) => string,
): Promise<void> {
  const flags = command.optsWithGlobals<CatalogueFlags>();
  const { home } = await deckOptions(flags, world, "read");
  const listing = await world.listCatalogues(home);
  const page = { columns: columnsOf(world.stdout), paint: painter(wantsColor(world, world.stdout, flags.color)) };
  const out = sink(world.stdout);
  await out.write(text(listing, page, flags.json === true));
  await out.flush();
  finish(exitCode.done);
}

const wrongLines = ({ refused }: CatalogueListing, kind: string): string =>
  refused
    .filter((one) => one.kind === kind)
    .map((one) => jsonLine({ refused: true, ...one }))
    .join("");

function found({ profiles, refused }: CatalogueListing, name: string): CatalogueListing["profiles"][number] {
  const entry = profiles.find((one) => one.name === name);
  if (entry !== undefined) return entry;
  const wrong = refused.find((one) => one.kind === "profile" && one.name === name);
  if (wrong !== undefined)
    throw new Fault("usage", "profile.refused", `the profile ${name} is wrong: ${refusalText(wrong)}`, {
      hint: "correct the file, or remove it",
    });
  const known = profiles.map((one) => one.name);
  const meant = nearest(name, known);
  const guess = meant === undefined ? "" : `did you mean ${meant}? `;
  throw new Fault("usage", "profile.unknown", `there is no profile "${name}"`, {
    hint: `${guess}there are: ${known.join(", ")}`,
  });
}

const profileExamples = `
Examples:
  cyberdeck profiles
  cyberdeck profiles show code_reviewer
  cyberdeck run --profile code_reviewer "review src/ for races"

Your own stand in profiles/<name>.toml in one of the folders that "cyberdeck profiles path" names.
`;

const toolExamples = `
Examples:
  cyberdeck tools
  cyberdeck tools list --json

They stand in tools.toml in one of the folders that "cyberdeck profiles path" names. Nothing is ever installed.
`;
