describe('cart', () => {
  test('is empty', () => expect([]).toHaveLength(0));
  describe('with a discount', () => {
    test('takes ten percent', () => expect(100 * 0.9).toBe(90));
    test('says "no" & <never>', () => expect(1).toBe(2));
    test('is empty', () => {});
  });
  test.each([[1, 2], [2, 3]])('%d is less than %d', (a, b) => expect(a).toBeLessThan(b));
  test.skip('takes vouchers', () => {});
  test.todo('wraps gifts');
});
