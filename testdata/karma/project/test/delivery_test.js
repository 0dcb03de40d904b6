describe('Lieferung', () => {
  it('nach Köln', () => expect('Köln'.length).toBe(4));
  it('throws', () => { throw new Error('no van'); });
});
