node server.js & server=$!
sleep 1
npx newman run shop.json --reporters junit --reporter-junit-export shop.xml || true
kill $server
