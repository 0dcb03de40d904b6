MOCHA_FILE=attachments.xml npx mocha --spec 'attachments/*.spec.js' --reporter mocha-junit-reporter --reporter-options attachments=true,outputs=true,includePending=true,testsuitesTitle=shop
