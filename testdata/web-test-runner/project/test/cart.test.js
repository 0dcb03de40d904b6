function equal(a, b) {
  if (a !== b) throw new Error(`expected ${b}, got ${a}`);
}

describe('Cart', () => {
  it('adds', () => equal(1 + 1, 2));
  it('takes the last article', () => equal(1, 0));
  it.skip('prints a receipt', () => {});
  describe('Price', () => {
    it('adds', () => {});
  });
});

it('opens', () => {});
