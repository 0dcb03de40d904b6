npx eslint --format junit --output-file eslint.xml src || true
