phpunit --log-junit junit.xml --no-interaction
