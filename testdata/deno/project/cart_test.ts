function equal(a: unknown, b: unknown) {
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

Deno.test("adds", () => equal(1 + 1, 2));

Deno.test("cart", async (t) => {
  await t.step("starts empty", () => equal([].length, 0));
  await t.step("takes", async (t) => {
    await t.step("the last article", () => equal(1, 0));
    await t.step({ name: "a pear > 1 kg", ignore: true, fn: () => {} });
  });
});

Deno.test.ignore("prints a receipt", () => {});

for (const price of [1, 2]) {
  Deno.test(`price of ${price}`, () => equal(price, 1));
}

Deno.test("leaks", () => {
  setTimeout(() => {}, 1000);
});
