#include <glib.h>

static int total(int price, int count) { return price * count; }

static void adds_up(void) { g_assert_cmpint(total(2, 3), ==, 6); }
static void is_wrong(void) { g_assert_cmpint(total(2, 3), ==, 7); }
static void prints(void) { g_test_message("tea & <biscuits>"); }
static void needs_scanner(void) { g_test_skip("no scanner"); }

int main(int argc, char **argv) {
    g_test_init(&argc, &argv, NULL);
    g_test_add_func("/cart/adds up", adds_up);
    g_test_add_func("/cart/prints", prints);
    g_test_add_func("/cart/discount/is wrong", is_wrong);
    g_test_add_func("/cart/needs scanner", needs_scanner);
    return g_test_run();
}
