cc -o shop cart.c -lcmocka
CMOCKA_MESSAGE_OUTPUT=XML CMOCKA_XML_FILE=%g.xml ./shop || true
rm -f shop
