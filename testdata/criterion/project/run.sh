cc -o shop cart.c -lcriterion
./shop --xml=shop.xml || true
rm -f shop
