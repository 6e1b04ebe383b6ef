import { describe, expect, test } from "vitest";
import { newMail, type Letter } from "../../src/engine/construct/mail.ts";

const letter = (text: string): Letter => ({ text, origin: "netrunner" });

/** An agent that begins to read when it is told to. */
function agent() {
  const sent: string[] = [];
  return {
    sent,
    unread: 0,
    send(text: string) {
      sent.push(text);
      this.unread += 1;
    },
  };
}

describe("what a construct has heard", () => {
  test("is nothing of what it was told while it was queued, until it has begun to read its task", () => {
    const session = agent();
    const mail = newMail([letter("a")]);
    expect(mail.heard(undefined)).toEqual([]);
    mail.open(session, "the task");
    expect([mail.heard(session), mail.unread(session)]).toEqual([[], [letter("a")]]);
    session.unread = 0;
    expect([mail.heard(session), mail.unread(session)]).toEqual([[letter("a")], []]);
  });

  test("is what it has begun to read, and no message that still waits behind that", () => {
    const session = agent();
    const mail = newMail([]);
    mail.open(session, "the task");
    mail.tell(letter("a"));
    mail.tell(letter("b"));
    session.unread = 1;
    expect(mail.heard(session)).toEqual([letter("a")]);
    expect(mail.unread(session)).toEqual([letter("b")]);
  });

  test("counts what it had heard in an earlier life and before it was parked, each once and in order", () => {
    const session = agent();
    const mail = newMail([letter("b")], [letter("a")]);
    mail.open(session, "go on");
    session.unread = 0;
    mail.close();
    mail.tell(letter("c"));
    expect(mail.heard(session)).toEqual([letter("a"), letter("b")]);
    mail.open(session, "once more");
    session.unread = 0;
    expect(mail.heard(session)).toEqual([letter("a"), letter("b"), letter("c")]);
  });
});
