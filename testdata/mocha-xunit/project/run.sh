npx mocha --reporter mocha-xunit-reporter --reporter-options mochaFile=shop.xml || true
