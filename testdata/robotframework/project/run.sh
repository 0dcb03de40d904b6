robot --xunit shop.xml --output NONE --log NONE --report NONE --name Shop suites
