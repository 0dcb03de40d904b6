const assert = require('node:assert');

describe('Cart', () => {
  it('is empty', () => assert.equal([].length, 0));
  describe('with articles', () => {
    it('adds up', () => assert.equal(2 + 2, 4));
    it('says "too much" & <why>', () => assert.fail('expected "90" & not <100>'));
    it('is empty', () => assert.equal(1, 1));
    it('takes vouchers');
  });
  for (const city of ['Köln', 'Łódź']) it(`delivers to ${city}`, () => assert.ok(city));
});

describe('Customer', () => {
  before(() => { throw new Error('no database'); });
  it('is known', () => {});
});
