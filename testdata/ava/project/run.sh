npx ava --tap | npx tap-xunit > shop.xml || true
