c++ -std=c++17 -o shop cart.cpp -lcppunit && ./shop; rm -f shop
