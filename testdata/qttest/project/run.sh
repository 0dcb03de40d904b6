qmake -o build.mk shop.pro && make -s -f build.mk
(./shop -o shop.xml,junitxml || ./shop -o shop.xml,xunitxml || true)
make -s -f build.mk distclean
