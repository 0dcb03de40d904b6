gnatmake -q -aI/usr/share/ada/adainclude/aunit -aO$(echo /usr/lib/*/ada/adalib/aunit) cart.adb -largs -launit
./cart > shop.xml; rm -f cart b~* *.ali *.o
