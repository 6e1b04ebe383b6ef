import { describe, expect, test } from "vitest";
import { appearanceOf } from "../../../../src/faces/cockpit/appearance.ts";
import type { Look } from "../../../../src/faces/cockpit/draw/look.ts";
import { asciiOf } from "../../../../src/faces/cockpit/screen/ascii.ts";
import { gridOf, looks, rowsOf } from "../../../../src/faces/cockpit/screen/grid.ts";
import { themeOf } from "../../../../src/faces/cockpit/screen/theme.ts";
import { constructWord, runWord } from "../../../../src/faces/words/state-word.ts";
import { themeNames, type ThemeName } from "../../../../src/protocol/cockpit-settings.ts";

type Color = readonly [red: number, green: number, blue: number];

const codesOf = (theme: ThemeName, look: Look): string => themeOf(theme).codes(looks.indexOf(look));

/** A colour of xterm's 256: https://en.wikipedia.org/wiki/ANSI_escape_code#8-bit */
function colorOf(index: number): Color {
  if (index >= 232) return [8 + (index - 232) * 10, 8 + (index - 232) * 10, 8 + (index - 232) * 10];
  if (index < 16) throw new Error("the first 16 are whatever the terminal makes of them");
  const step = (n: number): number => (n === 0 ? 0 : 55 + n * 40);
  const at = index - 16;
  return [step(Math.floor(at / 36)), step(Math.floor(at / 6) % 6), step(at % 6)];
}

const indexIn = (codes: string, ground: "38" | "48"): number | undefined => {
  const found = new RegExp(`(?:^|;)${ground};5;(\\d+)`).exec(codes)?.[1];
  return found === undefined ? undefined : Number(found);
};

/** https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio */
function contrast(one: Color, other: Color): number {
  const luminance = (color: Color): number => {
    const [red = 0, green = 0, blue = 0] = color.map((value) => {
      const part = value / 255;
      return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };
  const [high = 0, low = 0] = [luminance(one), luminance(other)].toSorted((a, b) => b - a);
  return (high + 0.05) / (low + 0.05);
}

/** Lines and bars are shapes: what they say stands beside them in words. */
const shapes: readonly Look[] = ["border", "queued_bar", "waiting_bar", "model_bar", "tool_bar"];

const grounds: readonly [ThemeName, string, Color][] = [
  ["dark", "black", [0, 0, 0]],
  ["dark", "dark grey", [0x1e, 0x1e, 0x1e]],
  ["dark", "its cursor", colorOf(indexIn(codesOf("dark", "cursor"), "48") ?? 16)],
  ["light", "white", [255, 255, 255]],
  ["light", "its cursor", colorOf(indexIn(codesOf("light", "cursor"), "48") ?? 16)],
];

describe("the themes", () => {
  test.each(grounds)("%s can be read on %s", (theme, _name, ground) => {
    const weak = looks.flatMap((look) => {
      if (shapes.includes(look)) return [];
      const codes = codesOf(theme, look);
      const own = indexIn(codes, "38");
      const under = indexIn(codes, "48");
      if (own === undefined) return [];
      const ratio = contrast(colorOf(own), under === undefined ? ground : colorOf(under));
      return ratio < 4.5 ? [`${look}: ${ratio.toFixed(2)}`] : [];
    });
    expect(weak).toEqual([]);
  });

  test.each(themeNames)("%s has magenta for what needs the netrunner now, and for nothing else", (theme) => {
    const isMagenta = (codes: string): boolean => {
      if (/(?:^|;)(?:35|45|95|105)(?:;|$)/.test(codes)) return true;
      return (["38", "48"] as const).some((ground) => {
        const index = indexIn(codes, ground);
        if (index === undefined) return false;
        const [red, green, blue] = colorOf(index);
        return Math.min(red, blue) - green > 40;
      });
    };
    const magenta = looks.filter((look) => isMagenta(codesOf(theme, look)));
    expect(magenta).toEqual(theme === "mono" ? [] : ["act", "act_bar", "border_act"]);
  });

  test("mono has no colour, and tells what needs the netrunner from all else", () => {
    const colored = looks.filter((look) => !/^(?:[1247](?:;[1247])*)?$/.test(codesOf("mono", look)));
    expect(colored).toEqual([]);
    expect(codesOf("mono", "act")).not.toBe(codesOf("mono", "plain"));
    expect(codesOf("mono", "cursor")).not.toBe("");
  });

  test("terminal has the terminal's own colours alone", () => {
    expect(looks.filter((look) => /(?:^|;)[34]8;/.test(codesOf("terminal", look)))).toEqual([]);
  });

  test("a look on the cursor's line keeps the cursor's ground", () => {
    const theme = themeOf("dark");
    const both = theme.codes((looks.indexOf("cursor") << 8) | looks.indexOf("bad"));
    expect(both).toBe(`${codesOf("dark", "cursor")};${codesOf("dark", "bad")}`);
  });
});

describe("the states of constructs and runs", () => {
  const constructs = [
    "queued",
    "starting",
    "running",
    "held",
    "paused",
    "suspended",
    "parked",
    "ending",
    "done",
    "failed",
    "killed",
    "redirected",
  ] as const;
  const runs = ["running", "waiting", "paused", "done", "failed", "stopped"] as const;

  test("are never told by colour alone", () => {
    const words = constructs.map((state) => constructWord(state).word);
    expect(new Set(words).size).toBe(constructs.length);
    expect(new Set(runs.map((status) => runWord(status).word)).size).toBe(runs.length);
  });

  test("have a sign each that has one column in ASCII as well", () => {
    const signs = [...constructs.map(constructWord), ...runs.map(runWord)].map(({ glyph }) => glyph);
    const grid = gridOf(
      { parts: [{ x: 0, y: 0, width: 40, height: 1, lines: [{ spans: signs.map((text) => ({ text })) }] }] },
      { columns: 40, rows: 1 },
    );
    expect(rowsOf(grid)[0]).toHaveLength(signs.length);
    expect(rowsOf(asciiOf(grid))[0]).toMatch(/^[!-~]+$/);
    expect(rowsOf(asciiOf(grid))[0]).not.toContain("?".repeat(2));
  });
});

describe("a line that is longer than its place", () => {
  const drawn = (texts: string[], width: number): string => {
    const line = { spans: texts.map((text) => ({ text })) };
    const part = { x: 2, y: 0, width, height: 1, lines: [line] };
    return rowsOf(gridOf({ parts: [part] }, { columns: 20, rows: 1 }))[0] ?? "";
  };

  test("ends in a sign that there is more of it", () => {
    expect(drawn(["a text of words"], 8)).toBe("  a text …");
    expect(drawn(["a text", " of", " words"], 8)).toBe("  a text …");
    expect(drawn(["文字で書く"], 7)).toBe("  文字で…");
  });

  test("has no such sign where it fits to the last column, or where only blanks have no room", () => {
    expect(drawn(["a text of"], 9)).toBe("  a text of");
    expect(drawn(["a text", "   ", "      "], 8)).toBe("  a text");
    expect(drawn(["文字で", "   "], 6)).toBe("  文字で");
  });
});

describe("a picture in ASCII", () => {
  test("keeps every column where it is, foreign letters and wide ones as well", () => {
    const size = { columns: 20, rows: 1 };
    const text = "│数える 🙂 é│ok";
    const grid = gridOf({ parts: [{ x: 0, y: 0, width: 20, height: 1, lines: [{ spans: [{ text }] }] }] }, size);
    expect(rowsOf(asciiOf(grid))).toEqual(["|?????? ?? ?|ok"]);
  });
});

describe("the appearance", () => {
  const settings = { theme: "light", signs: "auto" } as const;
  test.each([
    [{}, true, { theme: "light", ascii: false }],
    [{ NO_COLOR: "1" }, true, { theme: "mono", ascii: false }],
    [{ NO_COLOR: "" }, true, { theme: "light", ascii: false }],
    [{}, false, { theme: "mono", ascii: false }],
    [{ LANG: "C" }, true, { theme: "light", ascii: true }],
    [{ LANG: "de_CH.ISO-8859-1" }, true, { theme: "light", ascii: true }],
    [{ LANG: "C", LC_ALL: "C.UTF-8" }, true, { theme: "light", ascii: false }],
    [{ LANG: "en_US.utf8", LC_ALL: "" }, true, { theme: "light", ascii: false }],
  ])("in %j with colours %s is %j", (env: Record<string, string>, color, appearance) => {
    expect(appearanceOf(settings, { env, color })).toEqual(appearance);
  });

  test("has the signs that the settings ask for, whatever the locale says", () => {
    expect(appearanceOf({ ...settings, signs: "unicode" }, { env: { LANG: "C" }, color: true }).ascii).toBe(false);
    expect(appearanceOf({ ...settings, signs: "ascii" }, { env: {}, color: true }).ascii).toBe(true);
  });
});
