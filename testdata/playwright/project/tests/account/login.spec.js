const { test, expect } = require('@playwright/test');

test.describe('Anmeldung', () => {
  test.describe.serial('der Reihe nach', () => {
    test('verlangt ein Kennwort', async () => { expect('').not.toBe(''); });
    test('lässt Müller ein', async () => {});
  });

  test('starts empty', async ({ page }) => {
    await page.setContent('<input>');
    await expect(page.locator('input')).toHaveValue('');
    await test.info().attach('note', { body: 'for the reader', contentType: 'text/plain' });
    console.log('[[PROPERTY|author=Kim]]');
  });
});
