Deno.test("adds", () => {});
