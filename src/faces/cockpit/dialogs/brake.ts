import type { Tier } from "../../../protocol/verdict.ts";
import { tiers } from "../../../protocol/verdict.ts";
import { pad, wrap } from "../../words/width.ts";
import { blank, line, type Line } from "../draw/block.ts";
import { boxed } from "../draw/box.ts";
import type { Dialog, Hands } from "../page.ts";
import { centred } from "./centred.ts";

/** What holds now, for the run that is open or for later ones. */
export interface BrakeNow {
  /** Null: none is open, and a change is kept for later runs. */
  run: string | null;
  brake: Tier;
  airgap: boolean;
}

interface BrakeState {
  place: number;
  /** The tier without a brake was chosen once; the second key takes it. */
  isArmed: boolean;
}

const rows = [...tiers, "airgap"] as const;

/** Chooses what constructs may do. To take the brake off takes a second, other key. */
export function brakeDialog(now: BrakeNow): Dialog<BrakeState> {
  return {
    name: "brake",
    begin: { place: tiers.indexOf(now.brake), isArmed: false },
    draw({ state, size }) {
      const width = Math.min(84, size.columns - 2);
      const lines = linesOf(now, state, width - 4);
      const at = centred(size, width, lines.length + 2);
      const foot = state.isArmed ? "Y takes the brake off · Esc keeps it" : "w s choose · Enter sets it · Esc closes";
      const border = state.isArmed ? "bad" : "border_focused";
      return { parts: [boxed(lines, at, { title: titleOf(now), foot, border })] };
    },
    input(input, { state, hands }) {
      if (input.type !== "key") return { state };
      if (state.isArmed) {
        if (input.key === "Y") return setTier(now, "yolo", hands);
        return input.key.startsWith("ctrl+") ? "pass" : { state: { ...state, isArmed: false } };
      }
      const move = moves[input.key];
      if (move !== undefined) return { state: { ...state, place: (state.place + move + rows.length) % rows.length } };
      const place = /^[1-4]$/.test(input.key) ? Number(input.key) - 1 : undefined;
      if (place !== undefined) return { state: { ...state, place } };
      if (input.key === "escape" || input.key === "b") return "close";
      if (input.key !== "enter" && input.key !== "space") return "pass";
      const row = rows[state.place];
      if (row === "airgap") return setAirgap(now, !now.airgap, hands);
      if (row === "yolo" && now.brake !== "yolo") return { state: { ...state, isArmed: true } };
      if (row === undefined) return { state };
      return setTier(now, row, hands);
    },
  };
}

const moves: Record<string, number | undefined> = { w: -1, up: -1, s: 1, down: 1 };

const sentences: Record<Tier, string> = {
  paranoid: "Constructs only read: every call that is not known to be reading is denied.",
  default: "Everyday work in the workspace goes through; the rest is held for you or denied.",
  yolo: "No brake: every call goes through and is recorded, tripwires only watch.",
};

const titleOf = ({ run }: BrakeNow): string => (run === null ? "Brake of later runs" : `Brake of ${run}`);

function linesOf(now: BrakeNow, { place, isArmed }: BrakeState, columns: number): Line[] {
  const said = (text: string): Line[] =>
    wrap(text, columns - 8).map((one) => line(["        ", "faint"], [one, "faint"]));
  const row = (name: string, index: number, mark: string, sentence: string, isBad: boolean): Line[] => [
    {
      ...line([index === place ? " ▸ " : "   ", "key"], [`${index + 1} `, "faint"], [mark, "good"], " ", [
        pad(name, 12),
        isBad ? "bad" : "strong",
      ]),
      ...(index === place ? { fill: "cursor" as const } : {}),
    },
    ...said(sentence),
    blank,
  ];
  const armed = [line(["  YOLO: nothing is held or denied any more. Press Y to take the brake off. ", "danger"])];
  const when =
    now.run === null
      ? "No run is open: it holds for the runs that begin after this."
      : "It holds from each construct's next call on, for this run alone.";
  return [
    blank,
    ...tiers.flatMap((tier, index) =>
      row(tier, index, tier === now.brake ? "●" : "○", sentences[tier], tier === "yolo"),
    ),
    ...row(
      "airgap",
      tiers.length,
      now.airgap ? "■" : "□",
      `${now.airgap ? "on" : "off"}: no network for any construct, by the gate and by the wall.`,
      false,
    ),
    ...(isArmed ? armed : wrap(when, columns - 2).map((one) => line([`  ${one}`, "plain"]))),
  ];
}

function setTier({ run, brake }: BrakeNow, tier: Tier, hands: Hands): "close" {
  if (tier === brake) hands.say(`the brake is at ${tier} already`);
  else if (run === null)
    void hands.send(
      { type: "settings.save", set: { brake: tier }, unset: [] },
      `later runs begin with the brake at ${tier}`,
    );
  else
    void hands.send(
      { type: "settings.change", run, settings: { brake: tier } },
      `brake: ${tier}, from each construct's next call on`,
    );
  return "close";
}

function setAirgap({ run }: BrakeNow, airgap: boolean, hands: Hands): "close" {
  const word = airgap ? "no network for any construct" : "constructs may use the network as the brake allows";
  if (run === null) void hands.send({ type: "settings.save", set: { airgap }, unset: [] }, `later runs: ${word}`);
  else void hands.send({ type: "settings.change", run, settings: { airgap } }, `${word}, from the next call on`);
  return "close";
}
