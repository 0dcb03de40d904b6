J=/usr/share/java
CP=$J/testng.jar:$J/jcommander.jar:$J/bsh.jar
mkdir -p build && cp suite.xml.in build/suite.xml
javac -encoding UTF-8 -d build -cp $CP src/example/office/*.java
java -XX:MaxJavaStackTraceDepth=10 -Dfile.encoding=UTF-8 -Duser.name=ci -cp $CP:build org.testng.TestNG -usedefaultlisteners false -listener org.testng.reporters.XMLReporter,org.testng.reporters.JUnitReportReporter -d out build/suite.xml
