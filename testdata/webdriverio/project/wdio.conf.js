exports.config = {
  runner: 'local',
  specs: ['./test/*.js'],
  maxInstances: 1,
  capabilities: [{
    browserName: 'chrome',
    'goog:chromeOptions': { binary: '/usr/bin/chromium', args: ['--headless=new', '--no-sandbox'] },
    'wdio:chromedriverOptions': { binary: '/usr/bin/chromedriver' },
  }],
  logLevel: 'error',
  framework: 'mocha',
  mochaOpts: { timeout: 20000 },
  reporters: [
    ['junit', { outputDir: '.', outputFileFormat: ({ cid }) => `shop-${cid}.xml` }],
    ['json', { outputDir: '.', outputFileFormat: ({ cid }) => `shop-${cid}.json` }],
  ],
};
