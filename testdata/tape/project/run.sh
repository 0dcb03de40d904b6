npx tape test/*.js | npx tap-xunit --package=shop > tap-xunit.xml || true
npx tape test/*.js | npx tap-junit --suite shop --output . --name tap-junit.xml || true
