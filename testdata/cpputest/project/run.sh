g++ -o cart_test cart_test.cpp -lCppUTest
./cart_test -ojunit || true
./cart_test -ojunit -k shop || true
