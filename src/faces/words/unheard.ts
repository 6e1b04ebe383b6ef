import type { Unheard } from "../../protocol/view.ts";

/** That nothing is heard of a construct's place, as a word beside the name of that. */
export const unheardWord = ({ why }: Unheard): string => (why === "node" ? "not heard" : "link down");
