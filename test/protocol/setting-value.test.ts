import { describe, expect, test } from "vitest";
import { settingTable } from "../../src/protocol/setting-table.ts";
import { parseSetting, settingNamed, showSetting } from "../../src/protocol/setting-value.ts";
import { defaultSettings, liveSettingsSchema, savedSettingsSchema } from "../../src/protocol/settings.ts";

const read = (name: string, text: string): unknown => parseSetting(settingNamed(name), text);

describe("the value of a setting", () => {
  test.each([
    ["budget", "5", { budget_usd: 5 }],
    ["budget", "$2.50", { budget_usd: 2.5 }],
    ["budget", "off", { budget_usd: 0 }],
    ["construct_tokens", "200k", { construct_tokens: 200_000 }],
    ["run_tokens", "1.5m", { run_tokens: 1_500_000 }],
    ["idle_warn", "90s", { idle_warn_ms: 90_000 }],
    ["time_limit", "1h30m", { time_limit_ms: 5_400_000 }],
    ["hold_window", "forever", { hold_window_ms: null }],
    ["hold_window", "off", { hold_window_ms: 0 }],
    ["airgap", "yes", { airgap: true }],
    ["brake", "paranoid", { brake: "paranoid" }],
    ["caliber", "opus/max", { caliber: { model: "opus", effort: "max" } }],
    ["tripwire-author", "off", { tripwire_author: "off" }],
    ["max-concurrent", "4", { max_concurrent: 4 }],
    ["idle_warn_ms", "5m", { idle_warn_ms: 300_000 }],
  ])("%s %s", (name, text, change) => {
    expect(read(name, text)).toEqual(change);
  });

  test.each([
    ["budget", "-1"],
    ["budget", "much"],
    ["max_concurrent", "0"],
    ["max_concurrent", "off"],
    ["max_concurrent", "1.5"],
    ["idle_limit", "off"],
    ["idle_limit", "10"],
    ["time_limit", "forever"],
    ["airgap", "maybe"],
    ["brake", "loose"],
    ["caliber", "opus/huge"],
    ["caliber", "off"],
    ["my_email", "nobody"],
    ["profile", ""],
  ])("%s cannot be %s, and what it can be is said", (name, text) => {
    expect(() => read(name, text)).toThrow(
      expect.objectContaining({ code: "settings.bad_value", hint: expect.stringContaining(`settings set ${name}`) }),
    );
  });

  test("an unknown name is answered with the nearest", () => {
    expect(() => settingNamed("max_concurent")).toThrow(
      expect.objectContaining({ hint: expect.stringContaining("did you mean max_concurrent?") }),
    );
  });

  test("every setting that can be kept has a line, and what is shown of it is read as the same", () => {
    expect(settingTable.map(({ field }) => field).sort()).toEqual(Object.keys(savedSettingsSchema.shape).sort());
    const usual = { ...defaultSettings(2), my_email: "me@example.org" };
    for (const line of settingTable)
      expect(parseSetting(line, showSetting(line, usual))).toEqual({ [line.field]: usual[line.field] });
  });

  test("every setting that can be changed live can be kept", () => {
    for (const field of Object.keys(liveSettingsSchema.shape))
      expect(Object.keys(savedSettingsSchema.shape)).toContain(field);
  });
});
