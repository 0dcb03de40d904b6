cc -o shop cart.c $(pkg-config --cflags --libs check) && ./shop; rm -f shop
