const test = require('ava');

test('starts empty', (t) => { t.deepEqual([], []); });
test('counts articles', (t) => { t.is(1 + 1, 2); });
test('refuses <nothing> & "less"', (t) => { t.is(0, 1, 'nothing was refused'); });
test.skip('takes vouchers', (t) => { t.pass(); });
test.todo('wraps gifts');
