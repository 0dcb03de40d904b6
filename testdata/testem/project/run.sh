npm ci || npm install
npx testem ci
