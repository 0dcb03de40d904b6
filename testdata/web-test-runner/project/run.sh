npx web-test-runner || true
