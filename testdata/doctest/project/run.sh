c++ -std=c++17 -o shop cart.cpp
./shop -r=junit -o=shop.xml || true
./shop -r=xml -o=doctest.xml || true
rm -f shop
