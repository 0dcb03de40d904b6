nose2 || true
