npx testcafe 'chrome:/usr/bin/chromium:headless --no-sandbox' test --reporter xunit:shop.xml || npx testcafe 'chromium:headless --no-sandbox' test --reporter xunit:shop.xml || true
