cmake -S . -B build && cmake --build build
build/shop_test --gtest_output=xml:shop.xml
