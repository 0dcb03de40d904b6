const { test, expect } = require('@playwright/test');

const SHOP = `<h1>Shop</h1><button onclick="n.textContent = +n.textContent + 1">add</button><b id=n>0</b>
  <nav>menu</nav><style>nav { display: none } @media (max-width: 500px) { nav { display: block } }</style>`;

test.beforeEach(async ({ page }) => { await page.setContent(SHOP); });

test('starts empty', async ({ page }) => {
  await expect(page.locator('#n')).toHaveText('0');
});

test.describe('adding', () => {
  test('counts one article', async ({ page }) => {
    await page.click('button');
    await expect(page.locator('#n')).toHaveText('1');
  });

  test.describe('several times', () => {
    for (const times of [2, 5]) {
      test(`counts ${times} articles`, async ({ page }) => {
        for (let i = 0; i < times; i++) await page.click('button');
        await expect(page.locator('#n')).toHaveText(String(times));
      });
    }
  });

  test('says "sold out" & <closes>', async ({ page }) => {
    expect(await page.textContent('h1')).toBe('sold out & <closed>');
  });
});

test('shows the menu on a phone only', async ({ page }, info) => {
  test.info().annotations.push({ type: 'issue', description: 'SHOP-12' });
  await expect(page.locator('nav')).toBeVisible({ visible: info.project.name === 'phone' });
});

test('comes through at the second attempt', async ({}, info) => {
  expect(info.retry).toBe(1);
});

test.skip('takes vouchers', async () => {});

test('has a footer', async () => {
  test.fixme(true, 'not built yet');
});
