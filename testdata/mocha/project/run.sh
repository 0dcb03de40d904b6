MOCHA_FILE=customer.xml npx mocha --reporter mocha-junit-reporter
MOCHA_FILE=customer-jenkins.xml npx mocha --reporter mocha-junit-reporter --reporter-options jenkinsMode=1,testsuitesTitle=shop,outputs=true,includePending=true
