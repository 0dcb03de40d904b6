fpc -v0 cart.pas && ./cart --all --format=xml --file=shop.xml; rm -f cart cart.o
