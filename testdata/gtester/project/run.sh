cc -o shop cart.c $(pkg-config --cflags --libs glib-2.0) && gtester -k -o shop.xml ./shop || true; rm -f shop
