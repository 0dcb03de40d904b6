node --test --test-reporter=junit --test-reporter-destination=shipping.xml test/
