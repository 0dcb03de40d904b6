const test = require('node:test');
const { describe, it, before } = require('node:test');
const assert = require('node:assert');

test('parcel has a weight', () => { assert.ok(1.2 > 0); });

test('parcel sizes', async (t) => {
  for (const size of ['S', 'M', 'XL']) {
    await t.test(`size ${size}`, () => { assert.notEqual(size, 'XL', 'no box for XL'); });
  }
});

describe('Shipping', () => {
  it('create', () => {});
  it('costs nothing above 50 €', () => { assert.equal(0, 0); });
  it('label "Größe <M> & 地址 📦 e\u0301" is printed', () => { assert.equal('a', 'b'); });
  it('by drone', { skip: 'no licence yet' }, () => {});
  it('by bicycle', { todo: 'needs a bicycle' }, () => { throw new Error('no bicycle'); });
  it('same day', { skip: true }, () => {});

  describe('abroad', () => {
    it('create', () => {});
    it('needs a customs form', async () => { throw new TypeError('form <CN22> & no value'); });
  });

  describe('from the depot', () => {
    before(() => { throw new Error('depot is closed'); });
    it('create', () => {});
  });
});
