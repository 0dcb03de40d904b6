c++ -std=c++17 -o shop cart.cpp -lUnitTest++ && ./shop; rm -f shop
