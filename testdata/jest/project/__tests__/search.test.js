const { slug } = require('../src/cart');

describe('Suche › 搜索', () => {
  test('Größe & Maß <b> & "q"', () => { expect('Maß'.toUpperCase()).toBe('MASS'); });
  test("it's found: 绿茶", () => { expect('绿茶'.length).toBe(2); });
  test('emoji 🫖 and 👩‍👩‍👧‍👦 are kept', () => { expect([...'🫖']).toHaveLength(1); });
  test('Cre\u0300me bru\u0302le\u0301e (combining accents)', () => { expect(slug('Crème brûlée')).toBe('creme-brulee'); });
  test('straße', () => { expect(slug('Straße')).toBe('strasse'); });
});

test('a test outside of any block', () => { expect(slug('a  b')).toBe('a-b'); });
