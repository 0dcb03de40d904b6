import { Selector } from 'testcafe';

const add = Selector('button');
const count = Selector('#n');

fixture`Cart`.page`../shop.html`;

test('starts empty', async (t) => { await t.expect(count.innerText).eql('0'); });
test('counts one article', async (t) => { await t.click(add).expect(count.innerText).eql('1'); });
test('says "sold out" & <closes>', async (t) => { await t.expect(Selector('h1').innerText).eql('sold out', { timeout: 100 }); });
test.skip('takes vouchers', async () => {});

fixture`Größe`.page`../shop.html`;

test('starts empty', async (t) => { await t.expect(count.exists).ok(); });
for (const times of [2, 3]) {
  test(`counts ${times} articles`, async (t) => {
    for (let i = 0; i < times; i++) await t.click(add);
    await t.expect(count.innerText).eql(String(times));
  });
}
