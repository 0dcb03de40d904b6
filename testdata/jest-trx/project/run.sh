npx jest || true
