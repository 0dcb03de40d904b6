mkdir -p target/classes target/test-classes
javac -encoding UTF-8 -d target/classes $(find src/main -name '*.java')
javac -encoding UTF-8 -cp target/classes:/usr/share/java/junit4.jar -d target/test-classes $(find src/test -name '*.java')
mvn -B -o -f pom.xml.in -Dmaven.repo.local=/usr/share/maven-repo org.apache.maven.plugins:maven-surefire-plugin:2.22.3:test
