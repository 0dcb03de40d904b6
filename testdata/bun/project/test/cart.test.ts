import { describe, expect, test } from "bun:test";
import { total } from "../cart";

describe("cart", () => {
  test("is empty at first", () => expect(total([])).toBe(0));

  describe("with discount", () => {
    test("takes ten percent", () => expect(total([100], 0.1)).toBe(90));
    test("never gives money back", () => expect(total([100], 1.5)).toBe(0));
  });

  test.each([[1, 2, 3], [2, 2, 4]])("%d and %d is %d", (a, b, sum) => expect(total([a, b])).toBe(sum));
  test.skip("knows vouchers", () => {});
  test.todo("knows gift wrap");
});

test("says why <it> & \"that\" is wrong", () => {
  throw new Error("no price for \"tea\" & <milk>");
});
