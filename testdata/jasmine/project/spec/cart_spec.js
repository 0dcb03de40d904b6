describe('Cart', () => {
  it('is empty', () => expect([].length).toBe(0));
  describe('with articles', () => {
    it('adds up', () => expect(2 + 2).toBe(4));
    it('says "no" & <why>', () => expect('<b>').toBe('"&"'));
    it('is empty', () => expect(1).toBe(1));
    xit('takes vouchers', () => {});
    it('wraps gifts');
  });
  describe('Größe', () => {
    it('throws', () => { throw new Error('no size'); });
  });
});
