import { z } from "zod";
import { Fault, messageOf } from "../../../base/fault.ts";
import { clip } from "../../../base/text.ts";
import type { Asking, HubListeners } from "../hub.ts";
import type { Party, Subjects } from "../subjects.ts";
import type { Connection } from "./connection.ts";
import { hubFault } from "./faults.ts";
import { guarded } from "./guarded.ts";
import { parsed } from "./letters.ts";

export interface AskingParts extends Pick<HubListeners, "onStrange" | "onTrouble"> {
  connection: Connection;
  subjects: Subjects;
  me: Party;
}

/** Request and reply. Both are one message, so what is asked must fit into it. */
export function natsAsking({ connection, subjects, me, onStrange, onTrouble }: AskingParts): Asking {
  const { nats } = connection;
  return {
    async ask(to, { what, id, body, timeoutMs }, schema) {
      const subject = subjects.questions.write(me, to, what);
      const doing = `could not ask ${to} (${what})`;
      // The client would keep the question until the link is back, and then it is late.
      if (connection.link === "down")
        throw new Fault("setup", "hub.down", `${doing}: the link to the hub is down`, {
          hint: "Try it again when the link is back; cyberdeck nodes shows it.",
        });
      const bytes = Buffer.from(JSON.stringify({ id, body }));
      const most = nats.info?.max_payload ?? 0;
      if (bytes.length > most)
        throw new Fault(
          "refused",
          "hub.question_too_large",
          `${doing}: it has ${bytes.length} bytes, and the server carries ${most}`,
          {
            hint: "Put what is large into the store of things, or raise max_payload in the settings of nats-server.",
          },
        );
      const reply = await nats.request(subject, bytes, { timeout: timeoutMs }).catch((error: unknown) => {
        throw hubFault(error, doing);
      });
      const answer = parsed(reply.data, answerSchema);
      const strange = (why: string): Fault =>
        new Fault("refused", "hub.strange_answer", `${doing}: the answer is not of our words (${why})`, {
          hint: "Check that all machines of the fleet have the same version of Cyberdeck.",
        });
      if ("why" in answer) throw strange(answer.why);
      if (answer.body.id !== id) throw strange("it answers another question");
      if (!answer.body.ok)
        throw new Fault("refused", "hub.refused_question", `${to} has refused it (${what}): ${answer.body.why}`, {
          hint: `See the log of ${to}.`,
        });
      const fits = schema.safeParse(answer.body.body);
      if (!fits.success) throw strange(clip(fits.error.message, 300));
      return fits.data;
    },
    answer(what, schema, answer) {
      const questionSchema = z.object({ id: z.string().min(1).max(200), body: schema });
      const subscription = nats.subscribe(subjects.questions.read(me, what), {
        callback: guarded((message) => {
          const from = subjects.speaker(message.subject.replace(".ask.", "."), me);
          const reply = (answered: z.infer<typeof answerSchema>): void =>
            void message.respond(JSON.stringify(answered));
          const question = parsed(message.data, questionSchema);
          if ("why" in question) {
            onStrange?.({
              from,
              why: question.why,
              head: clip(Buffer.from(message.data.subarray(0, 400)).toString(), 200),
            });
            reply({ id: idIn(message.data), ok: false, why: `the question is not of our words: ${question.why}` });
            return;
          }
          const { id, body } = question.body;
          const settle = async (): Promise<void> => {
            try {
              reply({ id, ok: true, body: (await answer(body, { from, id })) ?? null });
            } catch (error) {
              reply({ id, ok: false, why: clip(messageOf(error), 1000) });
            }
          };
          void settle();
        }, onTrouble),
      });
      return { [Symbol.dispose]: () => subscription.unsubscribe() };
    },
  };
}

const answerSchema = z.discriminatedUnion("ok", [
  z.object({ id: z.string(), ok: z.literal(true), body: z.unknown() }),
  z.object({ id: z.string(), ok: z.literal(false), why: z.string() }),
]);

/** Who asks in words that do not fit still has an id, mostly. */
function idIn(bytes: Uint8Array): string {
  const found = parsed(bytes, z.object({ id: z.string().max(200) }));
  return "why" in found ? "" : found.body.id;
}
