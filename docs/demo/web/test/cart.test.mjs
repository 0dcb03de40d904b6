import { describe, it } from "node:test";
import assert from "node:assert/strict";
import { Cart } from "../cart.mjs";

describe("Cart", () => {
  it("is empty at first", () => assert.equal(new Cart().total(), 0));
  it("adds an article", () => assert.equal(new Cart().add(250).total(), 250));
  it("adds two articles", () => assert.equal(new Cart().add(250).add(199).total(), 449));
  it("removes an article", () => assert.equal(new Cart().add(250).remove(250).total(), 0));
  it("ignores an article that is not in it", () => assert.equal(new Cart().remove(250).total(), 0));
  describe("with a voucher", () => {
    it("takes ten percent off", () => assert.equal(new Cart().add(1000).voucher(10).total(), 900));
    it("rounds half a cent up", () => assert.equal(new Cart().add(5).voucher(10).total(), 5));
    it("accepts one voucher only", () => assert.throws(() => new Cart().voucher(10).voucher(20)));
  });
});
