#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void costs_nothing_when_empty(void **state) { (void)state; assert_int_equal(0, 0); }
static void takes_ten_percent(void **state) { (void)state; assert_int_equal(100 - 10, 90); }
static void takes_twenty_percent(void **state) { (void)state; assert_int_equal(100 - 20, 90); }
static void later(void **state) { (void)state; skip(); }
static int broken(void **state) { (void)state; return -1; }

int main(void) {
    const struct CMUnitTest cart[] = {
        cmocka_unit_test(costs_nothing_when_empty),
        cmocka_unit_test(takes_ten_percent),
        cmocka_unit_test(takes_twenty_percent),
        cmocka_unit_test(later),
    };
    const struct CMUnitTest customer[] = {
        cmocka_unit_test(takes_ten_percent),
        cmocka_unit_test_setup(costs_nothing_when_empty, broken),
    };
    int failed = cmocka_run_group_tests(cart, NULL, NULL);
    return failed + cmocka_run_group_tests(customer, NULL, NULL);
}
