/**
 * What the deck has written about the netrunner, as it is told to the netrunner: "The netrunner has denied it" is "You have denied it".
 * For reasons and questions only; what a construct would run is shown as it is.
 */
export const toYou = (text: string): string =>
  text.replaceAll(
    /\b(t)he netrunner(?:('s)| (has|is|was|wants|lets)\b|\b)/gi,
    (_all, first: string, own: string | undefined, verb: string | undefined) => {
      const you = `${first === "T" ? "You" : "you"}${own === undefined ? "" : "r"}`;
      return verb === undefined ? you : `${you} ${verbs[verb] ?? verb}`;
    },
  );

const verbs: Record<string, string> = { has: "have", is: "are", was: "were", wants: "want", lets: "let" };
