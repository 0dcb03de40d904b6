const assert = require('node:assert');

describe('Customer', function () {
  it('has a name', function () {
    this.test.consoleOutputs = ['[[DEFECT|SHOP-6]] the name is <empty> & ]]> lost'];
    assert.ok('Ada');
  });

  describe('address', function () {
    it('create', function () {});
    it('is printed in Größe 12 – 地址 🏠 e\u0301', function () { assert.equal('Köln'.length, 4); });
    it('keeps <b> & "q" and \'single\'', function () { assert.equal('<b> & "q"', '<b> &amp; "q"'); });
    it('has a country');
  });

  describe('newsletter', function () {
    it('create', function () {});
    it('is off by default', function () { this.skip(); });
    it('needs a confirmation', function (done) { this.timeout(30); });
  });

  for (const age of [17, 18, 99]) {
    it(`of age ${age} may buy wine`, function () { assert.ok(age >= 18, `only ${age} years old ]]> no wine`); });
  }
});

describe('Orders', function () {
  describe('with a database', function () {
    before('connect to the database', function () { throw new Error('connection refused'); });
    it('create', function () {});
    it('cancel', function () {});
  });

  describe('in memory', function () {
    afterEach(function () { if (this.currentTest.title === 'cancel') throw new TypeError('order is gone'); });
    it('create', function () {});
    it('cancel', function () {});
    it('ship', function () {});
  });

  it('second attempt', function () {
    this.retries(2);
    global.attempt = (global.attempt || 0) + 1;
    assert.equal(global.attempt, 2);
  });
});
