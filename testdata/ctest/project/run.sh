cmake -S . -B build && (cd build && ctest --output-junit ../shop.xml)
cd build && ctest -T Test --no-compress-output; cp Testing/*/Test.xml ..
