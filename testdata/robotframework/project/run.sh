robot --xunit shop.xml --output NONE --log NONE --report NONE --name Shop suites
robot --output output.xml --log NONE --report NONE --name Shop suites
robot --output legacy.xml --legacyoutput --log NONE --report NONE --name Shop suites
