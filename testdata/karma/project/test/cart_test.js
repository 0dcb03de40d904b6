describe('Cart', () => {
  it('is empty', () => expect(total([])).toBe(0));
  describe('with a discount', () => {
    it('takes ten percent', () => expect(total([100], 0.1)).toBe(90));
    it('says "no" & <why>', () => expect(total([100], 2)).toBe(0));
    it('is empty', () => expect(total([], 0.5)).toBe(0));
    xit('takes vouchers', () => {});
  });
  [['tea', 3], ['milk', 4]].forEach(([name, length]) => it(`names ${name}`, () => expect(name.length).toBe(length)));
});
