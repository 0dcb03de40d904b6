c++ -std=c++17 -o shop cart.cpp
./shop --log_format=JUNIT --log_level=all --log_sink=shop.xml || true
rm -f shop
