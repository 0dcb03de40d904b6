describe('Login', () => {
  let db;
  describe('with a database', () => {
    beforeAll(() => { throw new Error('database is not running'); });
    test('create', () => { expect(db).toBeDefined(); });
    test('known user', () => { expect(db).toBeDefined(); });
  });
  describe('without', () => {
    test('create', () => {});
    test('times out', (done) => {}, 20);
    test('wrong password', async () => { await expect(Promise.reject(new Error('401'))).rejects.toThrow('401'); });
  });
});
