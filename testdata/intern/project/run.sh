npx intern || true
