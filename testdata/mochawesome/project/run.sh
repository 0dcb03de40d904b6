npx mocha --reporter mochawesome --reporter-options reportDir=.,reportFilename=mochawesome,html=false,consoleReporter=none || true
npx mocha --reporter json --reporter-option output=mocha.json || true
