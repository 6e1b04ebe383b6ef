import { describe, expect, test } from "vitest";
import { Fault } from "../../../src/base/fault.ts";
import { passingTrouble } from "../../../src/nodes/run-files/passing.ts";

const system = (code: string, message = `${code}: it is so, open '/x/${Math.random()}'`): Error =>
  Object.assign(new Error(message), { code });

describe("a trouble of the machine that may pass", () => {
  test.each(["ENOSPC", "EDQUOT", "EMFILE", "ENFILE", "EIO", "EBUSY"])(
    "is %s, told without the path, also behind another error",
    (code) => {
      expect(passingTrouble(system(code))).toBe(`${code}: it is so`);
      expect(passingTrouble(system(code, "other words"))).toBe(code);
      const fault = new Fault("storage", "hub.file", "could not get it", { hint: "Look.", cause: system(code) });
      expect(passingTrouble(fault)).toBe(`${code}: it is so`);
    },
  );

  test.each(["ENAMETOOLONG", "EISDIR", "ENOTDIR", "ELOOP", "EINVAL", "EFBIG", "ENOENT", "EACCES", "EPERM", "EROFS"])(
    "is not %s",
    (code) => {
      expect(passingTrouble(system(code))).toBeUndefined();
    },
  );

  test("is none where a rule said no", () => {
    expect(passingTrouble(new Fault("refused", "run_files.left", "it is a link"))).toBeUndefined();
    expect(passingTrouble("ENOSPC")).toBeUndefined();
  });
});
