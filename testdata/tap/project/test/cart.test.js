const t = require('tap');

t.test('adding an article', (t) => {
  t.equal(['tea'].length, 1, 'one more in the cart');
  t.test('twice', (t) => {
    t.equal(['tea', 'tea'].length, 2, 'two in the cart');
    t.end();
  });
  t.end();
});

t.test('a discount', async (t) => {
  t.equal(90, 90, 'ten percent');
  t.equal(80, 90, 'twenty percent of "100" & <more>');
});

t.test('vouchers', { skip: 'later' }, async () => {});
t.test('gift wrap', { todo: true }, async () => {});
