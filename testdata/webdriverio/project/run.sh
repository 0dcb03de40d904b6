npx wdio run wdio.conf.js || true
