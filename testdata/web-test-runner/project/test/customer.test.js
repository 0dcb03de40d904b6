describe('Cart', () => {
  it('adds', () => {});
});

describe('Customer', () => {
  before(() => {
    throw new Error('no database');
  });
  it('adds', () => {});
});
