cmake -S . -B build && cd build && ctest --output-junit ../shop.xml
