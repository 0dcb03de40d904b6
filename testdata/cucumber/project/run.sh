npx cucumber-js --format junit:checkout.xml
