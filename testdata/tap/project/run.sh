npx tap --disable-coverage --allow-empty-coverage --reporter=junit --reporter-file=shop.xml test/*.test.js || true
