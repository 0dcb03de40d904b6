const gateway = require('../../src/gateway');

describe('Payment', () => {
  test('by card', () => { expect(gateway.pay(10)).toBe(true); });
  test('by invoice', () => { expect(gateway.invoice(10)).toBe(true); });
});
