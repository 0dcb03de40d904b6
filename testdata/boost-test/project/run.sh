c++ -std=c++17 -o shop cart.cpp
./shop --log_format=JUNIT --log_level=all --log_sink=shop.xml || true
./shop --log_format=XML --log_level=all --log_sink=log.xml --report_format=XML --report_level=detailed --report_sink=report.xml || true
rm -f shop
