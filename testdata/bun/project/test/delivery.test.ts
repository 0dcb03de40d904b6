import { beforeAll, describe, expect, test } from "bun:test";

test("is empty at first", () => expect([]).toHaveLength(0));

describe("Lieferung", () => {
  test("nach Köln", () => expect("Köln".length).toBe(4));
});

describe("by drone", () => {
  beforeAll(() => { throw new Error("no drone"); });
  test("flies", () => {});
});
