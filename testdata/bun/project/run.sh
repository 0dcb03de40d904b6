npx bun test --reporter=junit --reporter-outfile=shop.xml || true
