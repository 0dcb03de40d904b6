cc -o shop cart.c -lcunit && ./shop; mv shop-Results.xml shop.xml; rm -f shop
