export CHROME_BIN=/usr/bin/chromium
npx karma start karma.conf.js || true
