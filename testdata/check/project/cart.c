#include <check.h>
#include <stdlib.h>
#include <unistd.h>

static int total(int price, int count) { return price * count; }

START_TEST(adds_up) { ck_assert_int_eq(total(2, 3), 6); }
END_TEST
START_TEST(is_wrong) { ck_assert_msg(total(2, 3) == 7, "tea & <biscuits> \"%d\"", total(2, 3)); }
END_TEST
START_TEST(crashes) { abort(); }
END_TEST
START_TEST(times_out) { sleep(5); }
END_TEST
START_TEST(prices_are_small) { ck_assert_int_lt(_i, 2); }
END_TEST

static TCase *tests_of(Suite *suite, const char *name) {
    TCase *tests = tcase_create(name);
    suite_add_tcase(suite, tests);
    return tests;
}

int main(void) {
    Suite *cart = suite_create("Cart");
    TCase *totals = tests_of(cart, "totals");
    tcase_add_test(totals, adds_up);
    tcase_add_test(totals, is_wrong);
    tcase_add_loop_test(totals, prices_are_small, 0, 3);
    TCase *troubles = tests_of(cart, "troubles");
    tcase_set_timeout(troubles, 1);
    tcase_add_test(troubles, crashes);
    tcase_add_test(troubles, times_out);
    tcase_add_test(troubles, adds_up);
    Suite *invoice = suite_create("Rechnung & Größe");
    tcase_add_test(tests_of(invoice, "totals"), adds_up);
    SRunner *runner = srunner_create(cart);
    srunner_add_suite(runner, invoice);
    srunner_set_xml(runner, "shop.xml");
    srunner_run_all(runner, CK_SILENT);
    srunner_free(runner);
    return 0;
}
