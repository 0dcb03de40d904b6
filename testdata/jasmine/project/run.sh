npx jasmine || true
