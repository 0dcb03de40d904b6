const t = require('tap');

t.pass('the van starts');
t.test('a discount', async (t) => { t.ok(true, 'ten percent'); });
t.test('throws', async () => { throw new Error('no fuel'); });
