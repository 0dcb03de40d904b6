meson setup build > /dev/null
meson test -C build || true
cp build/meson-logs/testlog.junit.xml shop.xml
