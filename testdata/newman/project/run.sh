node server.js & server=$!
sleep 1
npx newman run shop.json --reporters junit,json --reporter-junit-export shop.xml --reporter-json-export newman.json || true
kill $server
