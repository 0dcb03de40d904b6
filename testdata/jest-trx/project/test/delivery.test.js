test('is empty', () => {});
describe('Lieferung', () => {
  test('nach Köln', () => expect('Köln').toHaveLength(4));
  test('by drone', () => { throw new Error('no drone'); });
});
