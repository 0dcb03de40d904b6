npx playwright test || true
