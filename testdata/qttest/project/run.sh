qmake -o build.mk shop.pro && make -s -f build.mk
(./shop -o shop.xml,junitxml || ./shop -o shop.xml,xunitxml || true)
./shop -o qttest.xml,xml -o light.xml,lightxml || true
make -s -f build.mk distclean
