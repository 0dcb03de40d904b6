const { suite, test, before } = intern.getPlugin('interface.tdd');
const { assert } = intern.getPlugin('chai');

suite('Cart', () => {
  test('adds', () => assert.equal(1 + 1, 2));
  test('takes the last article', () => assert.equal(1, 0, 'the cart is empty'));
  test('prints a receipt', test => test.skip('no printer'));
  suite('Price', () => {
    test('adds', () => {});
  });
});

suite('Broken', () => {
  before(() => { throw new Error('no database'); });
  test('adds', () => {});
});
