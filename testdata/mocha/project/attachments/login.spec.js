'use strict';
const assert = require('node:assert');

describe('Login page', function () {
  it('shows the form', function () {
    this.test.attachments = ['shots/login-form.png'];
    assert.ok(true);
  });

  describe('wrong password', function () {
    it('locks the account', function () {
      this.test.attachments = ['shots/login-error.png', 'logs/Müller & Söhne.txt'];
      this.test.consoleOutputs = ['POST /login', 'answer: 500 ]]> end', '[[DEFECT|SHOP-12]]'];
      this.test.consoleErrors = ['TypeError in lock()'];
      throw new TypeError('user.lock is not a function');
    });
    it('counts the tries', function () {
      this.test.consoleOutputs = ['[[ATTACHMENT|shots/counter.png]]'];
    });
    it.skip('sends a mail', function () {});
  });
});
