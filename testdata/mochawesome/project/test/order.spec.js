describe('Order', function () {
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

  it('needs a confirmation', function (done) { this.timeout(30); });
});
