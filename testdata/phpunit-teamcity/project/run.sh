phpunit --log-junit junit.xml --log-teamcity teamcity.txt tests || true
