function same(got, want) { if (got !== want) throw new Error('got ' + got + ', not <' + want + '> & that\'s "all"'); }

describe('Lieferung', function () {
  it('kostet ab 50 € nichts', function () { same(Shop.fee('AT', 5000), 0); });
  describe('in Deutschland', function () {
    it('kostet etwas', function () { same(Shop.fee('DE', 4999), 490); });
    it('zeigt "3 < 4" & \'mehr\'', function () { same('<b>490</b>', '<b>"490"</b>'); });
    it.skip('kommt nachts', function () {});
  });
  describe('ins Ausland', function () {
    it('kostet etwas', function () { same(Shop.fee('AT', 10), 490); });
    it('geht nicht zum Mond', function () { Shop.fee('moon', 1); });
    it('wird verzollt');
  });
  [[4999, 490], [5000, 0], [9999, 490]].forEach(function (r) {
    it('kostet bei ' + r[0] + ' ' + r[1] + ' ct', function () { same(Shop.fee('DE', r[0]), r[1]); });
  });
});
describe('Depot', function () {
  before(function () { throw new Error('depot <north> is closed'); });
  it('has tea', function () {});
});
it('stands outside of any group', function () {});
