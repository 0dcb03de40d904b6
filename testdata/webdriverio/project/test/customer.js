const assert = require('node:assert');

describe('Customer', () => {
  it('starts empty', () => assert.ok(true));
  it('heißt Müller', async () => assert.equal(await browser.getTitle(), 'Müller'));
});

describe('Admin', () => {
  before(() => { throw new Error('no rights'); });
  it('logs in', () => {});
});
