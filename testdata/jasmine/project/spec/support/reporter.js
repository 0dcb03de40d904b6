const { JUnitXmlReporter } = require('jasmine-reporters');

jasmine.getEnv().addReporter(new JUnitXmlReporter({ savePath: '.', filePrefix: 'shop', consolidateAll: true }));
