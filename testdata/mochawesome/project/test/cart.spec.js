const assert = require('node:assert');
const addContext = require('mochawesome/addContext');

describe('Cart', function () {
  it('is empty at first', function () {
    addContext(this, 'pictures/empty-cart.png');
    assert.deepEqual([], []);
  });

  describe('with a pear', function () {
    it('costs 40 cents', function () { assert.equal(40, 40); });
    it('keeps <b> & "q"', function () { assert.equal('<b> & "q"', '<b> &amp; "q"'); });
    it('is wrapped');
    it('is weighed', function () { this.skip(); });
  });

  it('second attempt', function () {
    this.retries(2);
    global.attempt = (global.attempt || 0) + 1;
    assert.equal(global.attempt, 2);
  });
});
