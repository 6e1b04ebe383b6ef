/** The Claude Code that this deck was tried with: the one in its SDK. Another one may well work; the canary tells. */
export const triedVersion = "2.1.330";
