module.exports = (config) => config.set({
  frameworks: ['jasmine'],
  files: ['src/*.js', 'test/*.js'],
  browsers: ['Headless'],
  customLaunchers: { Headless: { base: 'ChromeHeadless', flags: ['--no-sandbox'] } },
  reporters: ['junit'],
  junitReporter: { outputDir: '.', outputFile: 'shop.xml', useBrowserName: false, suite: '' },
  singleRun: true,
});
