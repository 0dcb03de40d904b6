const test = require('ava');

test('starts empty', (t) => { t.pass(); });
test('liefert nach Köln', (t) => { t.is('Köln'.length, 4); });
test('throws', () => { throw new Error('no van'); });
