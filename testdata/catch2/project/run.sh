c++ -std=c++17 -o shop cart.cpp
./shop -r junit -o shop.xml || true
./shop -r xml --durations yes -o catch2.xml || true
c++ -std=c++17 -o shop sonar.cpp
./shop -r sonarqube -o sonar.xml || true
rm -f shop
